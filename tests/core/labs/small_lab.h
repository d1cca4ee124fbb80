// A lab of seconds on the bundled LeNet-5, written into a folder of its own.
#pragma once

#include <QTemporaryDir>
#include <fstream>
#include <string>

#include "labs/lab.h"

namespace clipscope {

inline constexpr const char* small_lab_json = R"({
  "lab": 1, "name": "small", "title": "A small lab", "about": "For tests.", "minutes": 5, "model": "bundled:lenet5",
  "steps": [
    {"title": "Curves",
     "job": {"kind": "sensitivity", "layers": "CONV-1,FC-3", "rates": "1e-4,1e-3", "trials": 4, "images": "first:60"},
     "predict": {"ask": "Accuracy of CONV-1 at 1e-3?", "unit": "%", "value": {"of": "accuracy", "layers": "CONV-1", "at": 1e-3}},
     "question": {"ask": "How many points does CONV-1 lose?", "unit": "points"},
     "answer": {"right": {"of": "clean", "layers": "CONV-1", "minus": {"of": "accuracy", "layers": "CONV-1", "at": 1e-3}}, "within": 0.5,
                "why": "It was measured."}},
    {"title": "One word",
     "fault": {"layer": "CONV-1", "parameter": "weight", "bits": [30]},
     "question": {"ask": "What became of it?", "options": ["It grew", "It shrank"]},
     "answer": {"right": "It grew"}},
    {"title": "The weaker one",
     "question": {"ask": "Which layer is weaker?", "options": ["CONV-1", "FC-3"]},
     "answer": {"right": {"of": "weakest", "step": "Curves"}}},
    {"title": "In words", "question": {"ask": "Why?"}}
  ]
})";

inline constexpr const char* small_lab_text =
    "# A small lab\n\n## Curves\nRun it.\n\n## One word\nFlip bit 30.\n\n## The weaker one\nLook.\n\n"
    "## In words\nWrite.\n";

inline std::string write_lab(const QTemporaryDir& folder, const std::string& json = small_lab_json,
                             const std::string& text = small_lab_text) {
    const std::string path = folder.filePath(QStringLiteral("small.json")).toStdString();
    std::ofstream(path) << json;
    std::ofstream(folder.filePath(QStringLiteral("small.md")).toStdString()) << text;
    return path;
}

}  // namespace clipscope
