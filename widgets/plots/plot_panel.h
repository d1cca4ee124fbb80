// What all plot panels share: a title (double-click asks to be maximised, F2 edits it), tool buttons and context menu, coalesced redraws,
// zoom and pan with history, hover, export. A panel of a certain kind derives from it and says how to draw, what is at a point, what its
// numbers are. All on the GUI thread.
//
// Redraws: data_changed() arms one 40 ms timer; nothing is drawn while the panel is hidden.
// Zoom: once the user zooms or pans (wheel, drag, Shift+drag for a rectangle), new data of the same subject leaves the axes alone until
// "Follow" is pressed.
// Subject: what is shown, a job or a site of one. A title that was typed belongs to the subject it was typed for, and comes back with it.
#pragma once

#include <QKeySequence>
#include <QString>
#include <QWidget>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "plots/figure_export.h"
#include "theme/theme.h"

class QAction;
class QCustomPlot;
class QMenu;

namespace clipscope {

struct Figure;
struct FigureStyle;

class PlotPanel : public QWidget {
    Q_OBJECT
public:
    explicit PlotPanel(const QString& title, QWidget* parent = nullptr);
    ~PlotPanel() override;

    // The user's own title if there is one, otherwise the one set last.
    QString title() const;
    void set_title(const QString& title);
    void set_user_title(const QString& title);  // empty: back to the panel's own

    // Another one begins unzoomed. Any text that tells subjects apart; call it before the subject's data comes.
    void set_subject(const QString& subject);

    // Shown while there is nothing to draw: what will fill the panel, and a button for the way there (none if its text is empty).
    void set_empty_text(const QString& text, const QString& button = {});

    QCustomPlot& plot();
    const QCustomPlot& plot() const;
    const Theme& theme() const;
    bool is_following() const;
    int redraw_count() const;  // pictures drawn so far

    // Writes the figure (pdf, svg, png by the extension) or the numbers (csv); returns the path written; throws Error.
    QString export_to(const QString& path, const FigureSize& size, bool with_title) const;
    // Whether there is something to draw.
    virtual bool has_data() const = 0;
    // What it shows, as far as the user has zoomed in, to be drawn on any page (figures/figure.h).
    Figure current_figure() const;
    // For the next export: page, font, legend and looks of curves; titles, labels and ranges stay this figure's own.
    void set_figure_style(const FigureStyle& style);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public Q_SLOTS:
    void follow();
    void zoom_back();
    void zoom_forward();
    void reset_history();
    // The figure editor; writes what was chosen there.
    void show_export_dialog();

Q_SIGNALS:
    void maximise_requested();
    void following_changed(bool following);
    void user_title_changed(const QString& title);
    void empty_action_requested();
    void exported(const QString& path);
    void style_for_all_chosen(const FigureStyle& style);
    void export_failed(const QString& message);  // also shown in a dialog

protected:
    using Range = std::pair<double, double>;

    // Fills the plot, axes at their full ranges.
    virtual void draw_screen(QCustomPlot& plot, const Theme& theme) const = 0;
    // The same for a figure; x and y are the zoomed ranges, if the user has zoomed.
    virtual void draw_figure(QCustomPlot& plot, const Theme& theme, bool with_title, std::optional<Range> x,
                             std::optional<Range> y) const = 0;
    virtual Figure figure(std::optional<Range> x, std::optional<Range> y) const = 0;
    virtual std::string csv() const = 0;
    // Rich text for the tooltip, empty where there is nothing.
    virtual QString tip_at(const QPointF& position) const = 0;
    virtual void clicked(const QPointF& position) = 0;
    virtual void double_clicked(const QPointF& position);
    // Whether something that the mouse can take along is there: then dragging calls drag_to() and does not move the axes.
    virtual bool can_drag_at(const QPointF& position) const;
    virtual void drag_to(const QPointF& position);
    // An arrow key; false: it moves the axes. `is_fine`: Shift is held.
    virtual bool step_by_key(int key, bool is_fine);
    // Adds entries above the common ones.
    virtual void fill_menu(QMenu& menu);
    // The user pressed Follow.
    virtual void followed();
    // A widget below the plot; becomes a child. Seen only while there is something to draw.
    void set_footer(QWidget* footer);

    void data_changed();

    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build_pages();
    void build_actions();
    QAction* add_action(const QString& text, const QString& icon_text, const QString& tip, const QKeySequence& shortcut);
    void connect_plot();
    void edit_title();
    void update_title();
    void redraw();
    void set_following(bool following);
    void update_actions();
    bool has_data_to_show() const;
    void show_history_state();
    void zoom_by_key(int key);
    void show_menu(const QPoint& global_position);

    class Private;
    std::unique_ptr<Private> d_;
};

}  // namespace clipscope
