package sandbox

var memberArea = area{}
