package sandbox

var orgTokenArea = area{}
