package seed

import (
	"slices"
	"strings"
)

// Monorepo is the organization's repository with the most tags.
const Monorepo = "monorepo"

// A Repo is a repository. Days are before midnight.
type Repo struct {
	Description string
	Readme      string
	Private     bool
	Tags        int
	Untagged    int // manifests whose tag was pushed again; at most as many as tags
	Stars       int64
	Pulls       int64
	Pushed      int      // days since the last push
	Age         int      // days since it was made
	Categories  []string // slugs
	Status      string   // "" = active
	Old         bool     // from before repositories had a type
	Tangled     bool     // its untagged manifests refer to each other and to tagged ones
	Mixed       bool     // it also has charts and other artifacts
}

// The other statuses of a repository.
const (
	Archived = "archived"
	Locked   = "locked"
)

// Repos returns the names of a namespace's repositories.
func Repos(namespace string) []string {
	var names []string
	switch namespace {
	case User:
		for name := range demoRepos {
			names = append(names, name)
		}
		slices.Sort(names)
	case Org:
		names = append(names, Monorepo)
		for _, product := range products {
			for _, part := range parts {
				names = append(names, product+"-"+part)
			}
		}
	case Officials:
		names = strings.Fields(officialNames)
	}
	return names
}

// RepoOf returns a repository of the namespace.
func RepoOf(namespace, name string) Repo {
	of := func(n int, what string) int { return Number(n, what, namespace, name) }
	r := Repo{Pushed: 1 + of(500, "pushed")*of(100, "recent")/100}
	switch namespace {
	case User:
		pushed := r.Pushed
		r = demoRepos[name]
		r.Pushed, r.Stars, r.Pulls = pushed, int64(of(25, "stars")), int64(of(90000, "pulls"))
	case Org:
		r.Private, r.Tags = of(5, "private") < 2, of(60, "tags")
		product, part, _ := strings.Cut(name, "-")
		r.Description = strings.ReplaceAll(partDescriptions[part], "%p", product)
		r.Stars, r.Pulls = int64(of(40, "stars")), int64(of(4e6, "pulls"))
		if of(4, "replaced") == 0 {
			r.Untagged = of(1+r.Tags, "untagged")
		}
	case Officials:
		r.Tags = 60 + of(1100, "tags")
		r.Description = "Official build of " + name
		r.Stars, r.Pulls = int64(50+of(12000, "stars")), int64(1e6)+int64(of(5000, "pulls"))*int64(of(900000, "more"))
		r.Categories = []string{Pick(officialCategories, namespace, name)}
		if name == "nginx" {
			r.Stars, r.Pulls = 21189, 13114222271
		}
	}
	r.Age = r.Pushed + 200 + of(1600, "age")
	r.Tangled = r.Tangled || namespace == Org && name == "shipping-api"
	switch {
	case r.Old:
		r.Pushed, r.Age = 2600, 3900
	case namespace == Officials:
		r.Pushed, r.Age = 1+of(20, "pushed"), 3000+of(1400, "age")
	case namespace == Org && name == Monorepo:
		r.Description, r.Private, r.Pushed, r.Age = "Every build of the Acme monorepo", false, 1, 1100
		r.Tags, r.Untagged = 10000, 240
	}
	r.Readme = readme(namespace, name, r.Description)
	return r
}

// Starred are the repositories that the user has starred.
var Starred = []string{"acme/gateway-api", "acme/monorepo", "library/nginx", "library/postgres", "library/redis"}

var officialCategories = []string{
	"databases-and-storage", "languages-and-frameworks", "operating-systems", "web-servers", "integration-and-delivery",
	"message-queues",
}

var demoRepos = map[string]Repo{
	"api":          {Description: "REST API of the demo app", Tags: 46, Untagged: 6},
	"web":          {Description: "Web front end of the demo app", Tags: 38},
	"worker":       {Description: "Background jobs for the demo app", Tags: 29, Untagged: 3},
	"toolbox":      {Description: "Shell, curl, jq and friends 🧰", Tags: 12},
	"blog":         {Description: "My blog about containers and coffee", Tags: 7},
	"dotfiles":     {Description: "", Tags: 3},
	"ci-images":    {Description: "Build images for CI", Private: true, Tags: 24, Untagged: 17, Tangled: true},
	"minecraft":    {Description: "Family game server", Tags: 15},
	"homelab":      {Description: "Services of my home lab", Private: true, Tags: 9, Mixed: true},
	"scratchpad":   {Description: "Experiments, nothing to rely on", Private: true, Status: Locked},
	"presentation": {Description: "Slides of my talks", Tags: 2},
	"old-site":     {Description: "My first project, archived", Old: true, Tags: 4, Status: Archived},
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
