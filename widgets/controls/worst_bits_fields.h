// The fields that say which worst bits to look for: how many, whether together, in which layers, how many are tried. Each has a name and a
// tooltip that teaches. The widgets belong to the form that lays them out. GUI thread.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QObject>
#include <QString>
#include <QStringList>

#include "controls/number_field.h"

class QFormLayout;

namespace clipscope {

// As text and numbers; what makes sense of them is core's business.
struct WorstBitsForm {
    int count = 5;
    bool together = true;
    QString layers = QStringLiteral("network");  // one scope: "FC-1", "CONV-1+FC-1"
    int candidates = 100000;

    friend bool operator==(const WorstBitsForm&, const WorstBitsForm&) = default;
};

class WorstBitsFields : public QObject {
    Q_OBJECT
public:
    explicit WorstBitsFields(QObject* parent);

    WorstBitsForm form() const;
    void set_form(const WorstBitsForm& form);
    // What the fields themselves cannot take; empty: nothing.
    QString problem() const;
    // The network's, to choose from beside the network as a whole; what is typed stays.
    void set_layers(const QStringList& names);

    // Rows of the form layout, and whether they are in sight.
    void add_rows(QFormLayout& layout);
    void show_rows(QFormLayout& layout, bool is_shown);

Q_SIGNALS:
    void changed();

private:
    NumberField* count_ = new NumberField(NumberField::Kind::whole, 1, 1000);
    QCheckBox* together_ = new QCheckBox;
    QWidget* count_row_ = new QWidget;  // the two
    QComboBox* layers_ = new QComboBox;
    NumberField* candidates_ = new NumberField(NumberField::Kind::whole, 1, 10'000'000);
};

}  // namespace clipscope
