// What the Help menu shows.
#pragma once

class QWidget;

namespace clipscope {

// A window of its own that may stay open while working.
void show_guide(QWidget* parent);
void show_method(QWidget* parent);
void show_lab_help(QWidget* parent);
void show_shortcuts(QWidget* parent);
void show_about(QWidget* parent);

}  // namespace clipscope
