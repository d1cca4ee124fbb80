// The command line of `clipscope`. Pure: no display, no application object needed.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "data/dataset.h"
#include "data/image_file.h"
#include "data/normalization.h"
#include "figure_request.h"
#include "report/report_options.h"

namespace clipscope {

struct LaunchOptions {
    QString model;  // a file or "bundled:NAME"; empty: none
    QString data;   // folder; empty: none
    std::optional<Normalization> normalization;
    QString architecture;  // of a state dictionary; empty: found by its shapes
    std::optional<Split> split;
    PictureSize picture_size{};
    bool run = false;  // start a job as soon as everything is loaded
    QString render;    // result file to draw instead of showing a window
    QString report;    // study to report of likewise
    ReportOptions report_options{};
    QString output;
    FigureOptions figures;  // of what is drawn
    bool paper = false;     // the figures of the FT-ClipAct paper alone
    QString latency_log;
    bool help = false;
    bool version = false;
};

// `arguments` without the program's name. Throws UsageError.
LaunchOptions parse_launch_options(const QStringList& arguments);

QString launch_help();

}  // namespace clipscope
