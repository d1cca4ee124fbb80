#include "controls/worst_bits_pane.h"

#include <QComboBox>
#include <QPushButton>
#include <algorithm>

#include "controls/job_fields.h"
#include "plots/worst_bits_plot.h"
#include "tables/worst_bits_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

enum class Which { alone, together };

// "Of 1,204 critical bits tried, CONV-1 …, bit 30 loses most: 90.10 % → 10.00 %. 5 together leave 9.30 %."
QString in_words(const WorstBitsView& view) {
    const WorstBits& found = view.found;
    if (found.alone.empty()) return {};
    const NonfiniteRule rule = view.origin.nonfinite;
    const WorstBit& worst = found.alone.front();
    QString text = WorstBitsPane::tr("Bit %1 of a number in %2 loses most: %3 → %4.")
                       .arg(QString::number(worst.value.bit), QString::fromStdString(worst.value.layer),
                            percent_text(accuracy(found.clean, rule)), percent_text(accuracy(worst.outcome, rule)));
    if (found.together.size() > 1)
        text += WorstBitsPane::tr(" The worst %1 together leave %2.")
                    .arg(found.together.size())
                    .arg(percent_text(accuracy(found.together.back().outcome, rule)));
    text += found.tried < found.critical ? WorstBitsPane::tr(" Tried: the %1 of %2 critical bits that change a number most.")
                                               .arg(grouped(found.tried), grouped(found.critical))
                                         : WorstBitsPane::tr(" Tried: all %1 critical bits.").arg(grouped(found.tried));
    return text;
}

}  // namespace

WorstBitsPane::WorstBitsPane(QWidget* parent) : WorstBitsPane(new WorstBitsPlot, new WorstBitsTable, parent) {}

WorstBitsPane::WorstBitsPane(WorstBitsPlot* plot, WorstBitsTable* table, QWidget* parent)
    : SearchPane(
          plot, table, Columns::many,
          {tr("Progress of the search for the worst bits"),
           tr("%1. How far this round of the search is: critical bits are tried on few images first, those that do harm on more, the "
              "worst on all"),
           tr("Time left in this round. Each round tries fewer bits than the one before, on more images; together, there is a round "
              "for each bit."),
           tr("A search finds the single bits whose faults lose most accuracy, by name, and the worst of several at once."),
           tr("Set up the search"),
           tr("What is found here is no job of the study: it is gone when the window closes or another network is opened. The table "
              "and the picture export themselves.")},
          parent),
      plot_(plot),
      table_(table),
      which_(new QComboBox),
      closely_(new QPushButton(tr("Closely…"))) {
    set_up_foot();
    connect(table_, &WorstBitsTable::row_selected, this, &WorstBitsPane::show_choice);
    connect(table_, &WorstBitsTable::bit_opened, this, &WorstBitsPane::open);
    connect(plot_, &WorstBitsPlot::count_clicked, this, [this](int count) {
        set_choice(*which_, plot_->view().found.together.empty() ? Which::alone : Which::together);
        table_->select_row(count - 1);
        show_choice();
    });
    clear();
}

void WorstBitsPane::set_up_foot() {
    add_choice(*which_, tr("alone"), Which::alone, tr("The bits whose single faults lose most"));
    add_choice(*which_, tr("together"), Which::together, tr("Bits that fail at once: each is the worst beside those before it"));
    name_field(*which_, tr("Bits in the table"),
               tr("Bits that are worst each alone, or those that are worst together, one after the other"));
    closely_->setToolTip(
        tr("Opens the selected bit in One fault closely: what twelve images are taken for, and how far the disturbance "
           "spreads. A double click on a row does the same."));
    connect(which_, &QComboBox::currentIndexChanged, this, &WorstBitsPane::show_bits);
    connect(closely_, &QPushButton::clicked, this, [this] { open(table_->selected_row()); });
    add_foot({which_, closely_});
}

void WorstBitsPane::set_result(const WorstBits& found, const WorstBitsOrigin& origin, const QString& title) {
    WorstBitsView view;
    view.title = title;
    view.found = found;
    view.origin = origin;
    plot_->set_view(view);
    const bool has_results = has_result();
    set_has_results(has_results);
    set_sentence(in_words(view));
    show_foot(has_results);
    which_->setVisible(!found.together.empty());
    set_choice(*which_, found.together.empty() ? Which::alone : Which::together);
    table_->select_row(-1);
    show_bits();
    if (has_results) table_->select_row(0);
    show_choice();
}

void WorstBitsPane::set_random(const std::vector<CurvePoint>& points) {
    if (!has_result() || (points.empty() && result().random.empty())) return;
    WorstBitsView view = plot_->view();
    view.random = points;
    plot_->set_view(view);
}

void WorstBitsPane::clear() {
    set_result({}, {}, tr("The worst bits"));
}

bool WorstBitsPane::has_result() const {
    return has_bits(plot_->view());
}

const WorstBitsView& WorstBitsPane::result() const {
    return plot_->view();
}

bool WorstBitsPane::shows_together() const {
    return choice<Which>(*which_) == Which::together;
}

const std::vector<WorstBit>& WorstBitsPane::bits_in_sight() const {
    return shows_together() ? result().found.together : result().found.alone;
}

void WorstBitsPane::show_bits() {
    table_->set_bits(bits_in_sight(), result().origin.nonfinite);
    show_choice();
}

void WorstBitsPane::show_choice() {
    closely_->setEnabled(table_->selected_row() >= 0);
}

void WorstBitsPane::open(int row) {
    if (row >= 0 && row < int(bits_in_sight().size())) Q_EMIT bit_opened(bits_in_sight()[std::size_t(row)].value);
}

}  // namespace clipscope
