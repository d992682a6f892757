package sandbox

var searchRoutes = []route{}
