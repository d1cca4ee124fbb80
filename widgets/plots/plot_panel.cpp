#include "plots/plot_panel.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QToolButton>
#include <QVBoxLayout>

#include "common/error.h"
#include "figures/figure_files.h"
#include "plots/plot_panel_private.h"

namespace clipscope {
namespace {

// Below this many pixels the title needs the room that the tools would take.
constexpr int narrow_width = 440;

}  // namespace

PlotPanel::PlotPanel(const QString& title, QWidget* parent) : QWidget(parent), d_(std::make_unique<Private>()) {
    d_->own_title = title;
    d_->theme = Theme::screen(palette(), font());
    build_pages();
    build_actions();
    connect_plot();
    d_->redraw_timer.setSingleShot(true);
    d_->redraw_timer.setInterval(40);
    d_->history_timer.setSingleShot(true);
    d_->history_timer.setInterval(300);
    connect(&d_->redraw_timer, &QTimer::timeout, this, &PlotPanel::redraw);
    connect(&d_->history_timer, &QTimer::timeout, this, [this] {
        d_->history.push(d_->ranges());
        update_actions();
    });
    update_title();
    update_actions();
}

PlotPanel::~PlotPanel() = default;

void PlotPanel::build_pages() {
    d_->title = new QLabel;
    d_->title->setObjectName(QStringLiteral("title"));
    d_->title->setTextInteractionFlags(Qt::NoTextInteraction);
    d_->title->setMinimumWidth(40);
    d_->title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    d_->title->installEventFilter(this);

    d_->plot = new QCustomPlot;
    d_->plot->setFocusPolicy(Qt::StrongFocus);
    d_->plot->setContextMenuPolicy(Qt::CustomContextMenu);
    d_->plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    d_->plot->axisRect()->setRangeDrag(Qt::Horizontal | Qt::Vertical);
    d_->plot->setNoAntialiasingOnDrag(true);
    d_->plot->setAccessibleName(d_->own_title);
    d_->plot->installEventFilter(this);

    auto* empty = new QWidget;
    empty->setAutoFillBackground(true);
    empty->setBackgroundRole(QPalette::Base);
    d_->empty_text = new QLabel;
    d_->empty_text->setWordWrap(true);
    d_->empty_text->setAlignment(Qt::AlignCenter);
    d_->empty_text->setForegroundRole(QPalette::PlaceholderText);
    d_->empty_button = new QPushButton;
    d_->empty_button->hide();
    connect(d_->empty_button, &QPushButton::clicked, this, &PlotPanel::empty_action_requested);
    auto* empty_layout = new QVBoxLayout(empty);
    empty_layout->setContentsMargins(32, 16, 32, 16);
    empty_layout->setSpacing(12);
    empty_layout->addStretch();
    empty_layout->addWidget(d_->empty_text);
    empty_layout->addWidget(d_->empty_button, 0, Qt::AlignHCenter);
    empty_layout->addStretch();

    d_->pages = new QStackedWidget;
    d_->pages->addWidget(empty);
    d_->pages->addWidget(d_->plot);
    d_->pages->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QAction* PlotPanel::add_action(const QString& text, const QString& icon_text, const QString& tip, const QKeySequence& shortcut) {
    auto* action = new QAction(text, this);
    action->setIconText(icon_text);
    action->setToolTip(shortcut.isEmpty() ? tip
                                          : tip + QStringLiteral(" (") + shortcut.toString(QKeySequence::NativeText) + QLatin1Char(')'));
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(action);
    return action;
}

void PlotPanel::build_actions() {
    d_->follow = add_action(tr("&Follow the data"), tr("Follow"), tr("Show everything and keep up with new results"), Qt::Key_Home);
    d_->follow->setCheckable(true);
    d_->back = add_action(tr("Zoom &back"), tr("←"), tr("Back to the view before"), QKeySequence(Qt::ALT | Qt::Key_Left));
    d_->forward = add_action(tr("Zoom f&orward"), tr("→"), tr("Forward to the view after"), QKeySequence(Qt::ALT | Qt::Key_Right));
    d_->box_zoom = add_action(tr("&Zoom to a rectangle"), tr("Zoom"),
                              tr("Draw a rectangle with the mouse to zoom into it; the same as dragging with Shift held"), {});
    d_->box_zoom->setCheckable(true);
    d_->save =
        add_action(tr("&Export…"), tr("Export…"),
                   tr("Choose page, font, curves and legend, and write the figure as PDF, PGF, SVG or PNG, or its numbers as CSV"), {});
    d_->rename = add_action(tr("Edit &title…"), {}, tr("Give the figure a title of your own"), Qt::Key_F2);
    d_->maximise = add_action(tr("&Maximise"), {}, tr("Give this panel the whole centre; Esc goes back"), {});
    connect(d_->follow, &QAction::triggered, this, &PlotPanel::follow);
    connect(d_->back, &QAction::triggered, this, &PlotPanel::zoom_back);
    connect(d_->forward, &QAction::triggered, this, &PlotPanel::zoom_forward);
    connect(d_->save, &QAction::triggered, this, &PlotPanel::show_export_dialog);
    connect(d_->maximise, &QAction::triggered, this, &PlotPanel::maximise_requested);
    connect(d_->rename, &QAction::triggered, this, &PlotPanel::edit_title);

    auto* header = new QHBoxLayout;
    header->setContentsMargins(8, 3, 4, 3);
    header->setSpacing(2);
    header->addWidget(d_->title, 1);
    for (QAction* action : {d_->follow, d_->back, d_->forward, d_->box_zoom, d_->save}) {
        auto* button = new QToolButton;
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
        header->addWidget(button);
        if (action != d_->follow) d_->wide_tools << button;
    }
    auto* menu_button = new QToolButton;
    menu_button->setText(QStringLiteral("⋯"));
    menu_button->setToolTip(tr("Zoom, scales, title, export"));
    menu_button->setAccessibleName(tr("Menu of the plot"));
    menu_button->setAutoRaise(true);
    connect(menu_button, &QToolButton::clicked, this,
            [this, menu_button] { show_menu(menu_button->mapToGlobal(QPoint(0, menu_button->height()))); });
    header->addWidget(menu_button);
    d_->menu_button = menu_button;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(d_->pages, 1);
}

QString PlotPanel::title() const {
    return d_->user_title.isEmpty() ? d_->own_title : d_->user_title;
}

void PlotPanel::set_title(const QString& title) {
    d_->own_title = title;
    update_title();
}

void PlotPanel::set_user_title(const QString& title) {
    if (title == d_->user_title) return;
    d_->user_title = title;
    d_->user_titles[d_->subject] = title;
    update_title();
    Q_EMIT user_title_changed(title);
}

void PlotPanel::set_subject(const QString& subject) {
    if (subject == d_->subject) return;
    d_->subject = subject;
    d_->has_export_name = false;
    reset_history();
    set_user_title(d_->user_titles.value(subject));
}

void PlotPanel::edit_title() {
    bool accepted = false;
    const QString text = QInputDialog::getText(this, tr("Title"), tr("Title of the figure (empty: the panel's own):"), QLineEdit::Normal,
                                               title(), &accepted);
    if (accepted) set_user_title(text.trimmed() == d_->own_title ? QString() : text.trimmed());
}

void PlotPanel::update_title() {
    d_->title->setFont(d_->theme.title_font);
    d_->title->setText(QFontMetrics(d_->theme.title_font).elidedText(title(), Qt::ElideRight, d_->title->width()));
    d_->title->setToolTip(tr("%1\nDouble-click to give this panel the whole centre; F2 edits the title").arg(title()));
    d_->title->setAccessibleName(title());
    d_->plot->setAccessibleName(title());
}

void PlotPanel::set_empty_text(const QString& text, const QString& button) {
    d_->empty_text->setText(text);
    d_->empty_button->setText(button);
    d_->empty_button->setVisible(!button.isEmpty());
}

QCustomPlot& PlotPanel::plot() {
    return *d_->plot;
}
const QCustomPlot& PlotPanel::plot() const {
    return *d_->plot;
}
const Theme& PlotPanel::theme() const {
    return d_->theme;
}
bool PlotPanel::is_following() const {
    return d_->following;
}
int PlotPanel::redraw_count() const {
    return d_->redraws;
}
QSize PlotPanel::sizeHint() const {
    return {640, 420};
}
QSize PlotPanel::minimumSizeHint() const {
    return {240, 180};
}
void PlotPanel::fill_menu(QMenu&) {}
void PlotPanel::followed() {}
void PlotPanel::double_clicked(const QPointF&) {}
bool PlotPanel::can_drag_at(const QPointF&) const {
    return false;
}
void PlotPanel::drag_to(const QPointF&) {}
bool PlotPanel::step_by_key(int, bool) {
    return false;
}

void PlotPanel::set_footer(QWidget* footer) {
    d_->footer = footer;
    layout()->addWidget(footer);
    footer->setVisible(has_data_to_show());
}

void PlotPanel::data_changed() {
    d_->dirty = true;
    if (isVisible() && !d_->redraw_timer.isActive()) d_->redraw_timer.start();
}

void PlotPanel::redraw() {
    if (!isVisible() || !d_->dirty) return;
    d_->dirty = false;
    const bool is_filled = has_data();
    d_->pages->setCurrentIndex(is_filled ? 1 : 0);
    if (d_->footer) d_->footer->setVisible(is_filled);
    update_actions();
    if (!is_filled) return;
    const ZoomState kept = d_->ranges();
    d_->setting_ranges = true;
    draw_screen(*d_->plot, d_->theme);
    d_->setting_ranges = false;
    if (!d_->following) d_->set_ranges(kept);
    d_->plot->replot();
    ++d_->redraws;
}

void PlotPanel::update_actions() {
    const bool is_filled = has_data_to_show();
    d_->follow->setChecked(d_->following);
    d_->follow->setEnabled(is_filled);
    d_->back->setEnabled(is_filled && (d_->history.can_go_back() || d_->history_timer.isActive()));
    d_->forward->setEnabled(is_filled && d_->history.can_go_forward());
    d_->box_zoom->setEnabled(is_filled);
    d_->save->setEnabled(is_filled);
}

bool PlotPanel::has_data_to_show() const {
    return d_->pages->currentIndex() == 1;
}

void PlotPanel::show_menu(const QPoint& global_position) {
    QMenu menu(this);
    menu.setToolTipsVisible(true);
    if (has_data_to_show()) fill_menu(menu);
    if (!menu.isEmpty()) menu.addSeparator();
    menu.addActions({d_->follow, d_->back, d_->forward, d_->box_zoom});
    menu.addSeparator();
    menu.addActions({d_->rename, d_->save, d_->maximise});
    menu.exec(global_position);
}

QString PlotPanel::export_to(const QString& path, const FigureSize& size, bool with_title) const {
    if (!has_data()) throw Error("There is nothing to export yet; run a job or open a study first.");
    if (QFileInfo(path).suffix().compare(QLatin1String("csv"), Qt::CaseInsensitive) == 0) return export_table(csv(), path);
    const auto [x, y] = d_->zoomed();
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw_figure(plot, theme, with_title, x, y); }, path, size);
}

Figure PlotPanel::current_figure() const {
    const auto [x, y] = d_->zoomed();
    return figure(x, y);
}

void PlotPanel::show_export_dialog() {
    if (!d_->has_export_name) {
        QString name = title().toLower().simplified();
        name.replace(QRegularExpression(QStringLiteral("[^\\w-]+")), QStringLiteral("-"));
        const QString before = d_->export_choice.path;
        const QString folder =
            before.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) : QFileInfo(before).path();
        d_->export_choice.path = folder + QLatin1Char('/') + name;
    }
    const Figure shown = current_figure();
    FigureEditor editor(shown, d_->export_choice, this);
    if (editor.exec() != QDialog::Accepted) return;
    d_->export_choice = editor.choice();
    d_->has_export_name = true;
    if (d_->export_choice.for_all) Q_EMIT style_for_all_chosen(d_->export_choice.style);
    try {
        const QString& path = d_->export_choice.path;
        const bool are_numbers = d_->export_choice.format == QLatin1String("csv");
        const QStringList written = are_numbers ? export_numbers(shown, d_->export_choice.style, path.chopped(4))
                                                : export_figure(shown, d_->export_choice.style, path);
        Q_EMIT exported(written.first());
    } catch (const Error& error) {
        const QString message = QString::fromUtf8(error.what());
        Q_EMIT export_failed(message);
        QMessageBox::warning(this, tr("Export figure"), message);
    }
}

void PlotPanel::set_figure_style(const FigureStyle& style) {
    d_->export_choice.style = with_common_part(d_->export_choice.style, style);
}

void PlotPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange && event->type() != QEvent::StyleChange) return;
    d_->theme = Theme::screen(palette(), font());
    update_title();
    data_changed();
}

void PlotPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool is_narrow = width() < narrow_width;
    for (QWidget* tool : d_->wide_tools) tool->setHidden(is_narrow);
    d_->menu_button->setVisible(is_narrow);
    if (event->oldSize().width() != width()) data_changed();  // labels are broken into lines as there is room
}

void PlotPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (d_->dirty) d_->redraw_timer.start();
}

}  // namespace clipscope
