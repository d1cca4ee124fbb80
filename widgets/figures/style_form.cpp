#include "figures/style_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "controls/number_field.h"
#include "figures/curve_list.h"

namespace clipscope {

namespace {

NumberField* number_field(NumberField::Kind kind, double low, double high, const QString& name, const QString& tip) {
    auto* field = new NumberField(kind, low, high);
    field->setAccessibleName(name);
    field->setToolTip(tip);
    keep_from_wheel(*field);
    return field;
}

QLineEdit* line(const QString& name, const QString& placeholder, const QString& tip) {
    auto* field = new QLineEdit;
    field->setAccessibleName(name);
    field->setPlaceholderText(placeholder);
    field->setToolTip(tip);
    return field;
}

QComboBox* combo(const QString& name, const QString& tip) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    keep_from_wheel(*box);
    return box;
}

QFormLayout* form_of(QGroupBox& group) {
    auto* form = new QFormLayout(&group);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setContentsMargins(8, 6, 8, 6);
    form->setVerticalSpacing(4);
    return form;
}

// Nothing of an empty field, and of one with a text that is no number.
std::optional<double> number_in(const QLineEdit& field) {
    bool ok = false;
    const double number = field.text().trimmed().replace(QLatin1Char(','), QLatin1Char('.')).toDouble(&ok);
    return ok && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool is_wrong(const QLineEdit& field) {
    return !field.text().trimmed().isEmpty() && !number_in(field);
}

QString text_of(const std::optional<double>& number) {
    return number ? QString::number(*number, 'g', 12) : QString();
}

void show_text(QLineEdit& field, const QString& text) {
    if (field.text() != text) field.setText(text);
}

std::optional<bool> flag_of(const QCheckBox& box) {
    if (box.checkState() == Qt::PartiallyChecked) return std::nullopt;
    return box.isChecked();
}

Qt::CheckState state_of(const std::optional<bool>& flag) {
    return !flag ? Qt::PartiallyChecked : *flag ? Qt::Checked : Qt::Unchecked;
}

constexpr int free_size = -2, own_size = -1;

}  // namespace

StyleForm::StyleForm(const Figure& figure, QWidget* parent) : QWidget(parent), figure_(figure) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->setSpacing(6);
    layout->addWidget(page_group());
    layout->addWidget(curve_group());
    layout->addWidget(part_group());
    layout->addWidget(title_group());
    layout->addWidget(axis_group(x_, tr("Horizontal axis"), true));
    layout->addWidget(axis_group(y_, tr("Vertical axis"), false));
    layout->addStretch();
    set_style({});
}

QWidget* StyleForm::page_group() {
    auto* group = new QGroupBox(tr("Page"));
    preset_ = combo(tr("Size for"),
                    tr("Widths that journals and slides ask for. Letters are in points on the printed page, so do not scale the figure "
                       "afterwards"));
    preset_->setObjectName(QStringLiteral("preset"));
    preset_->addItem(tr("As the figure is"), own_size);
    for (const StylePreset& preset : style_presets()) preset_->addItem(preset.name, int(preset_->count() - 1));
    preset_->addItem(tr("Free"), free_size);
    width_ = number_field(NumberField::Kind::decimal, 20, 1000, tr("Width (mm)"), tr("Width on the page in millimetres"));
    height_ = number_field(NumberField::Kind::decimal, 20, 1000, tr("Height (mm)"), tr("Height on the page in millimetres"));
    font_ = combo(tr("Font"),
                  tr("The paper's own: sans for most conferences, serif where figures are set like the text; it is embedded in PDF, "
                     "and PGF takes the document's"));
    font_->setEditable(true);
    font_->addItems({QStringLiteral("sans"), QStringLiteral("serif")});
    font_->addItems(QFontDatabase::families());
    font_size_ =
        number_field(NumberField::Kind::whole, 4, 48, tr("Letters (pt)"),
                     tr("Size of all letters in points; journals ask for 7 to 9. Where something would not fit, they become smaller"));
    dark_ = new QCheckBox(tr("On a dark ground"));
    dark_->setToolTip(tr("For slides with a dark background; paper is white"));
    auto* size = new QHBoxLayout;
    size->addWidget(width_, 1);
    size->addWidget(new QLabel(QStringLiteral("×")));
    size->addWidget(height_, 1);
    QFormLayout* form = form_of(*group);
    form->addRow(tr("Size for"), preset_);
    form->addRow(tr("mm"), size);
    form->addRow(tr("Font"), font_);
    form->addRow(tr("Letters (pt)"), font_size_);
    form->addRow(dark_);
    connect(preset_, &QComboBox::activated, this, &StyleForm::take_preset);
    const std::pair<NumberField*, const char*> numbers[] = {{width_, "width"}, {height_, "height"}, {font_size_, "font size"}};
    for (const auto& [field, what] : numbers)
        connect(field, &NumberField::changed, this, [this, name = QString::fromLatin1(what)] {
            if (is_showing_) return;
            show_preset();
            Q_EMIT changed(name);
        });
    connect(font_, &QComboBox::currentTextChanged, this, [this] {
        if (!is_showing_) Q_EMIT changed(QStringLiteral("font"));
    });
    connect(dark_, &QCheckBox::toggled, this, [this] {
        if (!is_showing_) Q_EMIT changed(QStringLiteral("dark"));
    });
    return group;
}

QWidget* StyleForm::title_group() {
    auto* group = new QGroupBox(tr("Title"));
    has_title_ = new QCheckBox(tr("&Title above the figure"));
    has_title_->setToolTip(tr("Papers put the title into the caption; slides want it in the figure"));
    title_ = line(tr("Title"), figure_.title, tr("Another title than the panel's"));
    QFormLayout* form = form_of(*group);
    form->addRow(has_title_);
    form->addRow(title_);
    connect(has_title_, &QCheckBox::toggled, this, [this] {
        title_->setEnabled(has_title_->isChecked());
        if (!is_showing_) Q_EMIT changed(QStringLiteral("has title"));
    });
    connect(title_, &QLineEdit::textEdited, this, [this] { Q_EMIT changed(QStringLiteral("title")); });
    title_->setEnabled(false);
    return group;
}

QWidget* StyleForm::axis_group(AxisFields& fields, const QString& title, bool is_horizontal) {
    auto* group = new QGroupBox(title);
    const QString where = is_horizontal ? tr("horizontal axis") : tr("vertical axis");
    fields.label = line(tr("Label of the %1").arg(where), tr("its own"), tr("What is written at the axis"));
    fields.low = line(tr("Begin of the %1").arg(where), tr("all"), tr("Where the axis begins, in the units of its labels: 1e-8, 20"));
    fields.high = line(tr("End of the %1").arg(where), tr("all"), tr("Where the axis ends, in the units of its labels"));
    fields.scale =
        combo(tr("Scale of the %1").arg(where),
              tr("Linear or logarithmic, where this figure can be drawn both ways: fractions of values, areas, failures in time"));
    fields.scale->addItem(tr("its own scale"));
    fields.scale->addItem(tr("linear"), false);
    fields.scale->addItem(tr("logarithmic"), true);
    fields.ticks = combo(tr("Numbers at the %1").arg(where),
                         tr("About how many numbers stand at the axis; those of rates, bits and rows go by the room there is"));
    fields.ticks->addItem(tr("its own"));
    for (const int count : {3, 4, 5, 6, 8, 10, 12}) fields.ticks->addItem(tr("about %1").arg(count), count);
    auto* range = new QHBoxLayout;
    range->addWidget(fields.low);
    range->addWidget(new QLabel(tr("to")));
    range->addWidget(fields.high);
    QFormLayout* form = form_of(*group);
    form->addRow(tr("Label"), fields.label);
    form->addRow(tr("From"), range);
    form->addRow(tr("Scale"), fields.scale);
    form->addRow(tr("Numbers"), fields.ticks);
    for (QLineEdit* field : {fields.label, fields.low, fields.high})
        connect(field, &QLineEdit::textEdited, this, [this, field] { Q_EMIT changed(field->accessibleName()); });
    connect(fields.ticks, &QComboBox::activated, this, [this, where] { Q_EMIT changed(QStringLiteral("numbers ") + where); });
    connect(fields.scale, &QComboBox::activated, this, [this, where] { Q_EMIT changed(QStringLiteral("scale ") + where); });
    return group;
}

QWidget* StyleForm::curve_group() {
    auto* group = new QGroupBox(tr("Curves and legend"));
    curves_ = new CurveList(curve_names(figure_));
    legend_ = combo(tr("Legend"), tr("Where the names stand: beside the axes, between them, or each at the end of its curve"));
    static const QStringList words{
        tr("where there is room"), tr("above"),       tr("below"),        tr("on the right"),        tr("top left"),
        tr("top right"),           tr("bottom left"), tr("bottom right"), tr("at the curves' ends"), tr("none")};
    for (qsizetype i = 0; i < words.size(); ++i) legend_->addItem(words[i], int(legend_places()[std::size_t(i)].second));
    QFormLayout* form = form_of(*group);
    form->addRow(curves_);
    form->addRow(tr("Legend"), legend_);
    connect(curves_, &CurveList::changed, this, &StyleForm::changed);
    connect(legend_, &QComboBox::activated, this, [this] { Q_EMIT changed(QStringLiteral("legend")); });
    return group;
}

QCheckBox* StyleForm::part(const QString& text, const QString& tip, const QString& what) {
    auto* box = new QCheckBox(text);
    box->setTristate(true);
    box->setToolTip(tr("%1. Half a tick: as the figure has it").arg(tip));
#if QT_VERSION < QT_VERSION_CHECK(6, 7, 0)
    const auto state_changed = &QCheckBox::stateChanged;
#else
    const auto state_changed = &QCheckBox::checkStateChanged;
#endif
    connect(box, state_changed, this, [this, what] {
        if (!is_showing_) Q_EMIT changed(what);
    });
    return box;
}

QWidget* StyleForm::part_group() {
    auto* group = new QGroupBox(tr("Parts"));
    boxes_ = part(tr("Boxes"), tr("Quartiles, median and extremes of the trials at every rate"), QStringLiteral("boxes"));
    bars_ = part(tr("Bars"), tr("95 % intervals as bars"), QStringLiteral("bars"));
    band_ = part(tr("Bands"), tr("95 % intervals as areas"), QStringLiteral("band"));
    points_ = part(tr("Points"), tr("Markers at the points of lines"), QStringLiteral("points"));
    grid_ = new QCheckBox(tr("Grid"));
    grid_->setToolTip(tr("Pale lines at the numbers of the axes"));
    dpi_ = number_field(NumberField::Kind::whole, 72, 1200, tr("PNG (dots per inch)"),
                        tr("Journals ask for 300, or 600 for lines; vectors need none"));
    QFormLayout* form = form_of(*group);
    auto* first = new QHBoxLayout;
    auto* second = new QHBoxLayout;
    for (QCheckBox* box : {boxes_, bars_, band_}) first->addWidget(box);
    for (QCheckBox* box : {points_, grid_}) second->addWidget(box);
    second->addStretch();
    form->addRow(first);
    form->addRow(second);
    form->addRow(tr("PNG (dots per inch)"), dpi_);
    connect(grid_, &QCheckBox::toggled, this, [this] {
        if (!is_showing_) Q_EMIT changed(QStringLiteral("grid"));
    });
    connect(dpi_, &NumberField::changed, this, [this] {
        if (!is_showing_) Q_EMIT changed(QStringLiteral("dpi"));
    });
    return group;
}

void StyleForm::take_preset(int) {
    const int chosen = preset_->currentData().toInt();
    if (chosen == free_size) return;
    {
        const QScopedValueRollback showing(is_showing_, true);
        const StylePreset own{{}, {}, figure_.size.width_mm, figure_.size.height_mm, FigureStyle().font_pt};
        const StylePreset& preset = chosen == own_size ? own : style_presets()[std::size_t(chosen)];
        width_->set_value(preset.width_mm);
        height_->set_value(preset.height_mm);
        font_size_->set_value(preset.font_pt);
    }
    Q_EMIT changed(QStringLiteral("preset"));
}

void StyleForm::show_preset() {
    const auto is_size = [this](double width, double height) { return width_->number() == width && height_->number() == height; };
    int found = free_size;
    for (std::size_t i = 0; i < style_presets().size(); ++i)
        if (is_size(style_presets()[i].width_mm, style_presets()[i].height_mm)) found = int(i);
    if (is_size(figure_.size.width_mm, figure_.size.height_mm)) found = own_size;
    preset_->setCurrentIndex(preset_->findData(found));
}

void StyleForm::set_style(const FigureStyle& style) {
    const QScopedValueRollback showing(is_showing_, true);
    kept_ = style;
    const auto show_number = [](NumberField& field, double value) {
        if (field.number() != value) field.set_value(value);
    };
    show_number(*width_, style.width_mm.value_or(figure_.size.width_mm));
    show_number(*height_, style.height_mm.value_or(figure_.size.height_mm));
    show_number(*font_size_, std::round(style.font_pt));
    show_number(*dpi_, style.dpi);
    show_preset();
    if (font_->currentText() != style.font) font_->setCurrentText(style.font);
    dark_->setChecked(style.is_dark);
    has_title_->setChecked(style.has_title);
    show_text(*title_, style.title);
    for (const auto& [fields, axis] : {std::pair(&x_, &style.x), std::pair(&y_, &style.y)}) {
        show_text(*fields->label, axis->label);
        if (number_in(*fields->low) != axis->low || is_wrong(*fields->low)) show_text(*fields->low, text_of(axis->low));
        if (number_in(*fields->high) != axis->high || is_wrong(*fields->high)) show_text(*fields->high, text_of(axis->high));
        fields->ticks->setCurrentIndex(axis->ticks ? std::max(0, fields->ticks->findData(*axis->ticks)) : 0);
        fields->scale->setCurrentIndex(!axis->is_logarithmic ? 0 : *axis->is_logarithmic ? 2 : 1);
    }
    curves_->set_looks(style.curves, style.only_listed);
    legend_->setCurrentIndex(legend_->findData(int(style.legend)));
    boxes_->setCheckState(state_of(style.boxes));
    bars_->setCheckState(state_of(style.bars));
    band_->setCheckState(state_of(style.band));
    points_->setCheckState(state_of(style.points));
    grid_->setChecked(style.has_grid);
}

FigureStyle StyleForm::style() const {
    FigureStyle style = kept_;
    const bool is_own = preset_->currentData().toInt() == own_size;
    style.width_mm = is_own ? std::nullopt : width_->number() ? width_->number() : kept_.width_mm;
    style.height_mm = is_own ? std::nullopt : height_->number() ? height_->number() : kept_.height_mm;
    // Half points, of a file, stay until another size is chosen here.
    if (font_size_->number() && font_size_->number() != std::round(kept_.font_pt)) style.font_pt = *font_size_->number();
    style.dpi = int(dpi_->number().value_or(kept_.dpi));
    style.font = font_->currentText().trimmed();
    style.is_dark = dark_->isChecked();
    style.has_title = has_title_->isChecked();
    style.title = title_->text().trimmed();
    for (const auto& [fields, axis] : {std::pair(&x_, &style.x), std::pair(&y_, &style.y)}) {
        axis->label = fields->label->text().trimmed();
        axis->low = number_in(*fields->low);
        axis->high = number_in(*fields->high);
        // Another number, of a file, stays until one is chosen here.
        if (fields->ticks->currentIndex() > 0)
            axis->ticks = fields->ticks->currentData().toInt();
        else if (axis->ticks && fields->ticks->findData(*axis->ticks) > 0)
            axis->ticks.reset();
        axis->is_logarithmic.reset();
        if (fields->scale->currentIndex() > 0) axis->is_logarithmic = fields->scale->currentData().toBool();
    }
    style.curves = curves_->looks();
    style.legend = LegendPlace(legend_->currentData().toInt());
    style.boxes = flag_of(*boxes_);
    style.bars = flag_of(*bars_);
    style.band = flag_of(*band_);
    style.points = flag_of(*points_);
    style.has_grid = grid_->isChecked();
    return style;
}

QString StyleForm::problem() const {
    for (const NumberField* field : {width_, height_, font_size_, dpi_})
        if (const QString problem = field->problem(); !problem.isEmpty()) return problem;
    for (const QLineEdit* field : {x_.low, x_.high, y_.low, y_.high})
        if (is_wrong(*field)) return tr("%1: ‘%2’ is no number.").arg(field->accessibleName(), field->text());
    try {
        check(style());
    } catch (const UsageError& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace clipscope
