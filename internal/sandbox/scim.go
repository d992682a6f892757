package sandbox

var scimRoutes = []route{}
