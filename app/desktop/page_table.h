// The pages of the window, in the order of their bar. A page is a question, and the panels that answer it stand in panel_table.h.
#pragma once

#include <QString>
#include <vector>

namespace clipscope {

namespace page_id {
inline constexpr char find[] = "find";
inline constexpr char clip[] = "clip";
inline constexpr char duel[] = "duel";
inline constexpr char bits[] = "bits";
inline constexpr char study[] = "study";
}  // namespace page_id

// How large the parts of a page are at first, in percent of the window; the accuracy plot has what they leave, or
// shares it alike with the panels between the left and itself.
struct PageShares {
    int left = 0;   // of the width
    int right = 0;  // likewise
    int foot = 0;   // of the height, below the accuracy plot
};

struct PageRow {
    const char* id;  // its layout is kept under it
    QString title;
    QString question;  // one sentence: its tooltip
    PageShares shares;
};

const std::vector<PageRow>& page_table();

}  // namespace clipscope
