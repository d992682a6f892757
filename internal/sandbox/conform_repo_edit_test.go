package sandbox

var repoEditArea = area{}
