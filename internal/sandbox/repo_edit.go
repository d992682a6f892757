package sandbox

var repoEditRoutes = []route{}
