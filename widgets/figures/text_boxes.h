// Where every text of a picture lies, found by painting it onto a device that writes down texts and nothing else: so it is what is painted
// that is checked, not what some layout thinks.
#pragma once

#include <QRectF>
#include <QSize>
#include <QString>
#include <vector>

class QCustomPlot;

namespace clipscope {

// Points from the top left corner of the page.
struct TextBox {
    QString text;
    QRectF ink;   // of the letters themselves, upright
    QRectF clip;  // what of the page could be painted on; null: all of it
    bool is_turned = false;
};

// In the order of painting; blanks are left out.
std::vector<TextBox> text_boxes(QCustomPlot& plot, const QSize& page);

// What is wrong with a page, in words for tests and logs: "'CONV-1' lies 3.2 pt outside the page", "'a' covers 'b'". Empty: nothing.
std::vector<QString> text_faults(const std::vector<TextBox>& boxes, const QSize& page);

// Whether two texts cover one another; letters that merely touch do not.
bool covers(const TextBox& a, const TextBox& b);

}  // namespace clipscope
