package seed

import "strings"

// The full descriptions of the seed. %n is the name, %p the full name, %d the
// description.
const (
	officialReadme = `# Quick reference

- **Maintained by**: [the Docker Community](https://github.com/docker-library/%n)
- **Where to get help**: [Server Fault](https://serverfault.com/help/on-topic) or ` +
		`[Stack Overflow](https://stackoverflow.com/help/on-topic)

# Supported tags and respective ` + "`Dockerfile`" + ` links

See [the list of tags](https://hub.docker.com/_/%n?tab=tags). Supported architectures: ` +
		"`amd64`, `arm32v7`, `arm64v8`, `ppc64le`" + `.

# How to use this image

` + "```console\n$ docker run --name some-%n -d %n\n```" + `

# License

As with all Docker images, these likely also contain other software which may be under other licenses. It is the image
user's responsibility to ensure that any use of this image complies with all relevant licenses.
`
	orgReadme = `# %n

%d. Maintained by the platform team of Acme.

## Usage

` + "```sh\ndocker run --rm -p 8080:8080 %p:latest\n```" + `

| Variable | Default | Meaning |
|---|---|---|
| ` + "`LOG_LEVEL`" + ` | ` + "`info`" + ` | log level: ` + "`debug`, `info` or `error`" + ` |
| ` + "`PORT`" + ` | ` + "`8080`" + ` | listen port |

## Tags

` + "`latest`" + ` is the newest release. Releases follow semantic versioning and are rebuilt ` +
		`when the base image changes.
`
	userReadme = `# %n

%d.

    docker pull %p

Built on every push to the main branch, for amd64 and sometimes for arm64. Issues and ideas are welcome.
`
)

// readme returns a repository's full description.
func readme(namespace, name, description string) string {
	if description == "" {
		return ""
	}
	text := map[string]string{Officials: officialReadme, Org: orgReadme}[namespace]
	if text == "" {
		text = userReadme
	}
	return strings.NewReplacer("%n", name, "%p", namespace+"/"+name, "%d", description).Replace(text)
}
