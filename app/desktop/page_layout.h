// Puts the panels of a page where they stand at first. GUI thread.
#pragma once

#include "page_table.h"
#include "window_panels.h"

class QMainWindow;

namespace clipscope {

// Takes every panel out of the window: none is in sight. QMainWindow remembers where they were until it restores another state.
void take_out_panels(QMainWindow& window, const WindowPanels& panels);

// The window has no panel, and remembers none.
void arrange_page(QMainWindow& window, const WindowPanels& panels, const PageRow& page);

}  // namespace clipscope
