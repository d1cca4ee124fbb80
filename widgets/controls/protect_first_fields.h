// The fields that say what to look for where layers, or bit positions, are ordered by what protecting them gains: the protection, what is
// chosen among, the rate, the budget, the trials. Each has a name and a tooltip that teaches. The widgets belong to the form that lays them
// out. GUI thread.
#pragma once

#include <QComboBox>
#include <QLineEdit>
#include <QObject>
#include <QString>

#include "controls/number_field.h"

class QFormLayout;

namespace clipscope {

// As text and numbers; what makes sense of them is core's business.
struct ProtectFirstForm {
    QString protection = QStringLiteral("sec-ded-39-32");  // of stored words
    bool by_bits = false;                                  // bit positions, tripled, in place of layers
    QString rate = QStringLiteral("1e-6");
    QString budget = QStringLiteral("any");  // percent of the network's bits, or "any"
    int trials = 100;

    friend bool operator==(const ProtectFirstForm&, const ProtectFirstForm&) = default;
};

class ProtectFirstFields : public QObject {
    Q_OBJECT
public:
    explicit ProtectFirstFields(QObject* parent);

    ProtectFirstForm form() const;
    void set_form(const ProtectFirstForm& form);
    // What the fields themselves cannot take; empty: nothing.
    QString problem() const;

    // Rows of the form layout, and whether they are in sight.
    void add_rows(QFormLayout& layout);
    void show_rows(QFormLayout& layout, bool is_shown);

Q_SIGNALS:
    void changed();

private:
    void fill_protections();
    void show_what_it_does();

    QComboBox* among_ = new QComboBox;
    QComboBox* protection_ = new QComboBox;
    QLineEdit* rate_ = new QLineEdit;
    QComboBox* budget_ = new QComboBox;
    NumberField* trials_ = new NumberField(NumberField::Kind::whole, 1, 100000);
};

}  // namespace clipscope
