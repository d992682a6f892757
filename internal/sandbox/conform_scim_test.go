package sandbox

var scimArea = area{}
