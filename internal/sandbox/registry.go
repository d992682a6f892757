package sandbox

var registryRoutes = []route{}
