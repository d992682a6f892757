package sandbox

import (
	"net/http"
	"strings"
)

// orgSettings is orgSettings in the OpenAPI file.
type orgSettings struct {
	Restricted restrictedImages `json:"restricted_images"`
}

type restrictedImages struct {
	Enabled  bool `json:"enabled"`
	Official bool `json:"allow_official_images"`
	Verified bool `json:"allow_verified_publishers"`
}

// registryAccess has the fields used by Docker's Terraform provider.
type registryAccess struct {
	Enabled  bool               `json:"enabled"`
	Standard []standardRegistry `json:"standard_registries"`
	Custom   []customRegistry   `json:"custom_registries"`
}

type standardRegistry struct {
	ID      string `json:"id"`
	Allowed bool   `json:"allowed"`
}

type customRegistry struct {
	Address string `json:"address"`
	Name    string `json:"friendly_name"`
	Allowed bool   `json:"allowed"`
}

func getOrgSettings(c *call) error {
	org := strings.ToLower(c.PathValue("name"))
	if err := c.needOrg(org, owners, ""); err != nil {
		return err
	}
	s := orgSettings{restrictedImages{Official: true, Verified: true}}
	if changed, _ := c.state.Settings.get(org); changed != nil {
		s = *changed
	}
	return c.json(http.StatusOK, s)
}

// putOrgSettings requires all fields, as in the OpenAPI file.
func putOrgSettings(c *call) error {
	org := strings.ToLower(c.PathValue("name"))
	if err := c.needOrg(org, owners, ""); err != nil {
		return err
	}
	var in struct {
		Restricted *struct {
			Enabled  *bool `json:"enabled"`
			Official *bool `json:"allow_official_images"`
			Verified *bool `json:"allow_verified_publishers"`
		} `json:"restricted_images"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	r := in.Restricted
	if r == nil || r.Enabled == nil || r.Official == nil || r.Verified == nil {
		return invalid("Invalid settings", "restricted_images", "All of its fields are required.")
	}
	s := orgSettings{restrictedImages{*r.Enabled, *r.Official, *r.Verified}}
	if err := c.change(func(st *state) error { st.Settings.put(org, s); return nil }); err != nil {
		return err
	}
	return c.json(http.StatusOK, s)
}

func getRegistryAccess(c *call) error {
	org := strings.ToLower(c.PathValue("org_name"))
	if err := c.needOrg(org, owners, "scope-ram-read"); err != nil {
		return err
	}
	r := registryAccess{Standard: []standardRegistry{{"DockerHub", true}}, Custom: []customRegistry{}}
	if !c.hub.o.Empty {
		r.Enabled, r.Custom = true, []customRegistry{{"ghcr.io", "GitHub", true}, {"quay.io", "Quay", false}}
	}
	if changed, _ := c.state.Access.get(org); changed != nil {
		r = *changed
	}
	return c.json(http.StatusOK, r)
}

// putRegistryAccess replaces everything: fields that are not in the body are cleared.
func putRegistryAccess(c *call) error {
	org := strings.ToLower(c.PathValue("org_name"))
	if err := c.needOrg(org, owners, "scope-ram-write"); err != nil {
		return err
	}
	r := registryAccess{Standard: []standardRegistry{}, Custom: []customRegistry{}}
	if err := c.decode(&r); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	for _, one := range r.Custom {
		if one.Address == "" {
			return invalid("Invalid custom_registries", "address", "This field is required.")
		}
	}
	if err := c.change(func(st *state) error { st.Access.put(org, r); return nil }); err != nil {
		return err
	}
	return c.json(http.StatusOK, r)
}
