package cmd

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

// imageLayer is a layer with the platform of its image.
type imageLayer struct {
	dockerhub.Layer
	platform string
}

var layerTable = output.Table[imageLayer]{
	{Name: "size", Key: true, Cell: func(l imageLayer) output.Value { return output.Bytes(l.Size) }},
	{Name: "instruction", Cell: func(l imageLayer) output.Value { return output.Text(l.Instruction) }},
	{Name: "digest", Key: true, Wide: true, Cell: func(l imageLayer) output.Value { return output.Digest(l.Digest) }},
	{Name: "platform", Wide: true, Cell: func(l imageLayer) output.Value { return output.Text(l.platform) }},
}

func tagsLayers(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "layers REPO:TAG", Short: "Show the layers of a tag's images", Args: cli.ExactArgs(1),
		Long: `Show the layers of a tag's images: the instructions of the Dockerfile that made
them, and their compressed sizes. Without --os or --arch, there is a block for
each platform. Nothing is pulled, and attestations are left out.`,
		Example: "  hubctl tags layers library/nginx:latest --os linux --arch amd64\n" +
			"  hubctl tags layers demo/api:latest --columns platform,size,instruction",
		ValidArgsFunction: completeTags(a),
	}
	keep := &cli.Filter[dockerhub.Image]{A: a, Cmd: cmd, Things: "images"}
	byPlatform(keep, "only images", "platforms", dockerhub.Image.IsFor)
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Image, error] {
		r, err := a.Tag(args[0])
		if err != nil {
			return seq.Fail[dockerhub.Image](err)
		}
		images, err := seq.Collect(c.Tags.Images(ctx, r.Namespace, r.Name, r.Tag))
		if err == nil && len(images) == 0 {
			err = fmt.Errorf("the server did not send the images of %s", r)
		}
		if err != nil {
			return seq.Fail[dockerhub.Image](err)
		}
		found, _ := seq.Collect(keep.Of(seq.Of(slices.DeleteFunc(images, dockerhub.Image.Attestation))))
		if len(found) == 0 && cli.UndecidedErrorOf(a) == nil {
			has := strings.Join(platforms(dockerhub.Tag{Images: images}), ", ")
			err = fmt.Errorf("%w: no image for this platform: %s has %s", dockerhub.ErrNotFound, r, has)
			return seq.Fail[dockerhub.Image](err)
		}
		return seq.Of(found)
	}
	return verb.Blocks(a, cmd, imageTable, layerTable, rows, func(i dockerhub.Image) []imageLayer {
		all := make([]imageLayer, len(i.Layers))
		for n, l := range i.Layers {
			all[n] = imageLayer{l, i.Platform()}
		}
		return all
	})
}
