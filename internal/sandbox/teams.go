package sandbox

var teamRoutes = []route{}
