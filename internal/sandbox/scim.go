package sandbox

// SCIMToken is what SCIM takes in the sandbox.
const SCIMToken = "sandbox-scim-token-of-acme"

var scimRoutes = []route{}
