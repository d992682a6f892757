package sandbox

var memberRoutes = []route{}
