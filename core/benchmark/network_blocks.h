// The blocks that random networks are made of: what occurs in networks of images, in the many ways in which people write it. Values are
// maps (C×H×W), tokens (T×D) or flat (F); the images' dimension comes before. Includes LibTorch.
#pragma once

#include "benchmark/network_sketch.h"

namespace clipscope {

SketchValue draw_map_block(NetworkSketch& sketch, const SketchValue& maps);      // of maps
SketchValue draw_token_block(NetworkSketch& sketch, const SketchValue& tokens);  // of tokens
SketchValue draw_flat_block(NetworkSketch& sketch, const SketchValue& flat);     // of flat values

// From one kind of value to another.
SketchValue maps_to_tokens(NetworkSketch& sketch, const SketchValue& maps);
SketchValue tokens_to_maps(NetworkSketch& sketch, const SketchValue& tokens);
SketchValue maps_to_flat(NetworkSketch& sketch, const SketchValue& maps);
SketchValue tokens_to_flat(NetworkSketch& sketch, const SketchValue& tokens);

}  // namespace clipscope
