// Everything the window asks or tells in a dialog of its own, as callables, so that tests can answer in the user's place.
#pragma once

#include <QString>
#include <functional>
#include <optional>

#include "engine.h"
#include "laboratory.h"

class QWidget;

namespace clipscope {

struct ImagesQuestion;

// What becomes of the job that runs when the window is to be closed.
enum class QuitAnswer {
    stop,    // what is done is kept
    wait,    // the window closes when the job has come to its end
    cancel,  // it stays open
};

struct Dialogs {
    // Empty where the user changed their mind. Those that choose a file to write have asked before one that is there is replaced.
    std::function<QString(QWidget* parent)> choose_model;
    std::function<QString(QWidget* parent)> choose_data;             // a folder
    std::function<QString(QWidget* parent)> choose_data_archive;     // a file to read
    std::function<QString(QWidget* parent)> choose_numbers;          // a file to write, .csv or .json
    std::function<QString(QWidget* parent)> choose_thresholds;       // a file to read
    std::function<QString(QWidget* parent)> choose_thresholds_file;  // one to write, .json or .h
    // A file to write, .pt, or where the network came from ONNX also .onnx.
    std::function<QString(QWidget* parent, bool came_from_onnx)> choose_hardened;
    std::function<QString(QWidget* parent)> choose_study;       // a file to read
    std::function<QString(QWidget* parent)> choose_study_file;  // one to write
    std::function<std::optional<QString>(QWidget* parent, const QString& title, const QString& text)> ask_text;
    std::function<QString(QWidget* parent)> choose_folder;  // for all figures and tables
    // How images enter the network.
    std::function<std::optional<ImagesChoice>(QWidget* parent, const Engine& engine, const ImagesQuestion& question)> ask_images;
    // The built-in architecture of bare parameters; the sentence says why it is asked.
    std::function<QString(QWidget* parent, const QString& sentence)> ask_architecture;
    std::function<void(QWidget* parent, const QString& sentence)> show_error;
    // Something that a study needs is gone: a file or a folder that may be it.
    std::function<QString(QWidget* parent, const QString& sentence, bool is_folder)> find_source;
    // A damaged study: a file to write what is left to.
    std::function<QString(QWidget* parent, const QString& sentence, const QString& suggested)> choose_recovered;
    std::function<void(QWidget* parent, const QString& title, const QString& text)> tell;
    std::function<QString(QWidget* parent)> choose_table;     // a file to write, .csv
    std::function<QString(QWidget* parent)> choose_exporter;  // a file to write, .py
    std::function<std::optional<QString>(QWidget* parent, const QString& title, const QString& text)> ask_line;
    std::function<QuitAnswer(QWidget* parent, const QString& running)> ask_quit;
    // Files that are there already and are about to be written.
    std::function<bool(QWidget* parent, const QStringList& existing)> may_replace;
    std::function<QString(QWidget* parent)> choose_lab;                                // a file to read, .json
    std::function<QString(QWidget* parent, const QString& suggested)> choose_hand_in;  // a file to write, .zip
    std::function<QString(QWidget* parent)> choose_report;                             // a file to write, .html or .pdf
    std::function<QString(QWidget* parent)> choose_latex;                              // a file to write, .tex
};

Dialogs real_dialogs();

// Of an error's text what a person needs: its first line, and not more of it than a dialog can show. The rest is for the log.
QString one_sentence(const QString& error);

}  // namespace clipscope
