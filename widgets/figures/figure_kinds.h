// Every kind of view as a figure. The view is kept; it may be large, so it is shared.
#pragma once

#include "figures/figure.h"

namespace clipscope {

struct AccuracyView;
struct ActivationView;
struct AucAreaView;
struct AucThresholdView;
struct CriticalBitsView;
struct ParetoView;
struct ProtectFirstView;
struct TrisectionView;
struct UpsetView;
struct WorstBitsView;

Figure figure_of(const AccuracyView& view);
Figure figure_of(const ActivationView& view);
Figure figure_of(const AucAreaView& view);
Figure figure_of(const AucThresholdView& view);
Figure figure_of(const CriticalBitsView& view);
Figure figure_of(const ParetoView& view);
Figure figure_of(const ProtectFirstView& view);
Figure figure_of(const TrisectionView& view);
Figure figure_of(const UpsetView& view);
Figure figure_of(const WorstBitsView& view);

}  // namespace clipscope
