// From results to what the widgets show. Pure functions.
#pragma once

#include <QString>

#include "campaign/accuracy_curves.h"
#include "plots/accuracy_view.h"

namespace clipscope {

// "CONV-1", as the layer table names it; with its protection where there is one: "CONV-1, clip-tuned".
QString series_name(const CurveInfo& curve);

// All curves; the dashed line is the first one's clean accuracy.
AccuracyView accuracy_view(const AccuracyCurves& curves);

// "AlexNet · Fashion-MNIST test, 1,000 images · 20 trials"
QString result_title(const CampaignInfo& info);

// "2.87 M", "61.7 k"
QString short_count(std::int64_t count);

}  // namespace clipscope
