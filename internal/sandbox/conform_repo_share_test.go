package sandbox

var repoShareArea = area{}
