// Numbers as people type them, with a point or a comma: understood where there is one way to read them, otherwise refused with a sentence
// that says how to write them. Never guessed. Pure functions.
#pragma once

#include <QLocale>
#include <QString>
#include <optional>

namespace clipscope {

// "0.005", "0,005", "1e-3", "-2"; blanks around it are passed over. Nothing where it is no number, or could be two ("1,000.5").
std::optional<double> typed_number(const QString& text);

// "200000", "200 000", "2e5": without a point or a comma, which would be read as thousands here and as a fraction there.
std::optional<double> typed_whole_number(const QString& text);

struct TypedList {
    QString text;     // with points in numbers and commas between them, as core and the command line take it
    QString problem;  // one sentence; empty: there is none
};

// A list of numbers, of ranges from:to:count, or of names: separated by commas or, where commas stand in numbers, by semicolons. Under a
// locale with decimal commas "0,5" could be one number or two, and is refused; elsewhere it is two.
TypedList typed_list(const QString& text, const QLocale& locale = QLocale());

// The text of a list as it is shown to be changed: with a blank after each comma it can be read in one way only.
QString readable_list(const QString& text);

}  // namespace clipscope
