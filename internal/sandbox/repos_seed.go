package sandbox

import (
	"slices"
	"strings"
	"time"
)

const (
	officials = "library"
	monorepo  = "monorepo"
)

func isNamespace(name string) bool {
	_, ok := findAccount(name)
	return (ok || name == officials) && name == strings.ToLower(name)
}

// repoNames returns the initial repositories of a namespace.
func repoNames(namespace string) []string {
	var names []string
	switch namespace {
	case DemoUser:
		for name := range demoRepos {
			names = append(names, name)
		}
		slices.Sort(names)
	case DemoOrg:
		names = append(names, monorepo)
		for _, product := range products {
			for _, part := range parts {
				names = append(names, product+"-"+part)
			}
		}
	case officials:
		names = strings.Fields(officialNames)
	}
	return names
}

// repos returns the current repositories of a namespace.
func (c *call) repos(namespace string) []repo {
	names := c.seededRepos(namespace)
	for path := range c.state.Repos {
		if of, name, _ := strings.Cut(path, "/"); of == namespace {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []repo
	for _, name := range slices.Compact(names) {
		if r, ok := c.edited(namespace, name, true); ok {
			all = append(all, r)
		}
	}
	return all
}

func (c *call) findRepo(namespace, name string) (repo, bool) {
	return c.edited(namespace, name, slices.Contains(c.seededRepos(namespace), name))
}

func (c *call) seededRepos(namespace string) []string {
	if c.hub.o.Empty {
		return nil
	}
	return repoNames(namespace)
}

func makeRepo(namespace, name string, midnight time.Time) repo {
	of := func(n int, what string) int { return number(n, what, namespace, name) }
	image := "image"
	r := repo{
		namespace: namespace, name: name, kind: &image, categories: []category{},
		media: []string{"application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.index.v1+json"},
	}
	pushed := 1 + of(500, "pushed")*of(100, "recent")/100
	age := pushed + 200 + of(1600, "age")
	switch namespace {
	case DemoUser:
		d := demoRepos[name]
		r.description, r.private, r.tags = d.description, d.private, d.tags
		r.untagged, r.set = d.untagged, d.status
		r.stars, r.pulls = int64(of(25, "stars")), int64(of(90000, "pulls"))
		if d.old {
			r.kind, pushed, age = nil, 2600, 3900
		}
	case DemoOrg:
		r.private, r.tags = of(5, "private") < 2, of(60, "tags")
		product, part, _ := strings.Cut(name, "-")
		r.description = strings.ReplaceAll(partDescriptions[part], "%p", product)
		r.stars, r.pulls = int64(of(40, "stars")), int64(of(4e6, "pulls"))
		if of(4, "replaced") == 0 {
			r.untagged = of(1+r.tags, "untagged")
		}
		if name == monorepo {
			r.description, r.private, r.tags, pushed, age = "Every build of the Acme monorepo", false, 10000, 1, 1100
			r.untagged = 240
		}
	case officials:
		r.tags = 60 + of(1100, "tags")
		r.description = "Official build of " + name
		r.stars, r.pulls = int64(50+of(12000, "stars")), int64(1e6)+int64(of(5000, "pulls"))*int64(of(900000, "more"))
		pushed, age = 1+of(20, "pushed"), 3000+of(1400, "age")
		r.categories = []category{pick(categories, namespace, name)}
		if name == "nginx" {
			r.stars, r.pulls = 21189, 13114222271
		}
	}
	if r.mixed() {
		r.media = append(r.media, helmMedia)
	}
	r.readme = makeReadme(r)
	r.registered = stampOf(ago(midnight, age, "registered", namespace, name))
	if r.tags > 0 {
		r.updated = stampAt(ago(midnight, pushed, "updated", namespace, name))
		r.modified = r.updated
	} else {
		r.media = []string{}
	}
	return r
}

type demoRepo struct {
	description  string
	private, old bool
	tags         int
	untagged     int
	status       status
}

var demoRepos = map[string]demoRepo{
	"api":          {description: "REST API of the demo app", tags: 46, untagged: 6},
	"web":          {description: "Web front end of the demo app", tags: 38},
	"worker":       {description: "Background jobs for the demo app", tags: 29, untagged: 3},
	"toolbox":      {description: "Shell, curl, jq and friends 🧰", tags: 12},
	"blog":         {description: "My blog about containers and coffee", tags: 7},
	"dotfiles":     {description: "", tags: 3},
	"ci-images":    {description: "Build images for CI", private: true, tags: 24, untagged: 17},
	"minecraft":    {description: "Family game server", tags: 15},
	"homelab":      {description: "Services of my home lab", private: true, tags: 9},
	"scratchpad":   {description: "Experiments, nothing to rely on", private: true, status: locked},
	"presentation": {description: "Slides of my talks", tags: 2},
	"old-site":     {description: "My first project, archived", old: true, tags: 4, status: archived},
}

var products = []string{
	"payments", "billing", "checkout", "catalog", "search", "inventory", "shipping", "orders", "accounts", "identity",
	"notifications", "reports", "analytics", "recommendations", "pricing", "fraud", "support", "loyalty", "media",
	"gateway", "scheduler", "warehouse", "returns", "invoices", "partners",
}

var parts = []string{
	"api", "worker", "web", "migrations", "cron", "consumer", "admin", "proxy", "tests", "docs",
}

// partDescriptions are the descriptions of repositories by part; %p is the product.
var partDescriptions = map[string]string{
	"api":        "HTTP API of the %p service",
	"worker":     "Background jobs of the %p service",
	"web":        "Web front end of %p",
	"migrations": "Database migrations of the %p service",
	"cron":       "Nightly jobs of the %p service",
	"consumer":   "Reads events for the %p service",
	"admin":      "Back office for %p",
	"proxy":      "Reverse proxy for the %p service",
	"tests":      "End-to-end tests of the %p service",
	"docs":       "Documentation of the %p service",
}

const officialNames = `
adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash
bonita buildpack-deps busybox caddy cassandra chronograf cirros clearlinux clefos clojure composer convertigo
couchbase couchdb crate crux debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir
emqx erlang euleros express-gateway fedora flink fluentd fsharp friendica gazebo gcc geonetwork ghost golang gradle
groovy haproxy haskell haxe hello-world hipache hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi
iojs jetty jobber joomla jruby julia kaazing-gateway kapacitor kibana known kong krakend lightstreamer liquibase
logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming
neo4j neurodebian nextcloud nginx node notary nuxeo odoo open-liberty openjdk opensuse oraclelinux
orientdb owncloud percona perl photon php php-zendserver phpmyadmin piwik plone postfixadmin postgres
pypy python r-base rabbitmq rails rakudo-star rapidoid redis redmine registry rethinkdb rocket.chat rockylinux ros
ruby rust sapmachine satosa scratch sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swift
swipl teamspeak telegraf thrift tomcat tomee traefik ubuntu unit varnish vault virtuoso websphere-liberty
wordpress xwiki yourls znc zookeeper java celery ubuntu-upstart ubuntu-debootstrap centos
django glassfish consul
`
