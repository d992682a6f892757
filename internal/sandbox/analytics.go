package sandbox

var analyticsRoutes = []route{}
