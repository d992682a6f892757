package sandbox

var teamArea = area{}
