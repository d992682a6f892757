package sandbox

var inviteArea = area{}
