package sandbox

var inviteRoutes = []route{}
