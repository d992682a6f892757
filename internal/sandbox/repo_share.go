package sandbox

var repoShareRoutes = []route{}
