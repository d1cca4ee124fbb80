#include "tables/answer_grid.h"

#include <QAbstractListModel>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHash>
#include <QPainter>
#include <QSet>
#include <QStyledItemDelegate>

#include "controls/image_grid.h"
#include "tables/empty_text.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {

QString answer_text(const Answer& answer, bool is_finite, const std::vector<std::string>& class_names) {
    if (!is_finite) return QObject::tr("not finite");
    return QObject::tr("%1, %2").arg(class_title(answer.prediction, class_names), percent_text(answer.probability, 0));
}

class AnswerModel : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;

    void set_images(const std::vector<ImageAnswers>& images, const std::vector<std::string>& class_names) {
        beginResetModel();
        images_ = images;
        class_names_ = class_names;
        endResetModel();
    }
    void forget_pictures() {
        pictures_.clear();
        asked_.clear();
        wanted_.clear();
    }
    void set_picture(std::int64_t place, const QImage& picture) { pictures_.insert(place, picture); }

    const ImageAnswers& image(int row) const { return images_[std::size_t(row)]; }
    const std::vector<std::string>& class_names() const { return class_names_; }
    // Null where it has not come yet; it is wanted then.
    QImage picture(int row) const {
        const std::int64_t place = image(row).place;
        if (const auto found = pictures_.find(place); found != pictures_.end()) return *found;
        if (!asked_.contains(place)) {
            asked_.insert(place);
            wanted_.push_back(place);
        }
        return {};
    }
    bool has_picture(int row) const { return pictures_.contains(image(row).place); }
    bool wants_pictures() const { return !wanted_.empty(); }
    std::vector<qint64> take_wanted() const { return std::exchange(wanted_, {}); }

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(images_.size()); }
    QVariant data(const QModelIndex& index, int role) const override {
        if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
        const ImageAnswers& one = image(index.row());
        return QObject::tr("Image %1, %2: %3 → %4")
            .arg(one.image)
            .arg(class_title(one.label, class_names_), answer_text(one.before, one.is_finite_before, class_names_),
                 answer_text(one.after, one.is_finite_after, class_names_));
    }

private:
    std::vector<ImageAnswers> images_;
    std::vector<std::string> class_names_;
    QHash<std::int64_t, QImage> pictures_;
    mutable QSet<std::int64_t> asked_;
    mutable std::vector<qint64> wanted_;
};

namespace {

constexpr int padding = 5;
constexpr int pixelated_below = 64;

int picture_side(const QFontMetrics& metrics) {
    return std::max(48, 3 * metrics.height());
}

class AnswerDelegate : public QStyledItemDelegate {
public:
    explicit AnswerDelegate(const AnswerModel& model, QObject* parent) : QStyledItemDelegate(parent), model_(model) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        const int side = picture_side(option.fontMetrics);
        return {side + 3 * padding + 20 * option.fontMetrics.averageCharWidth(), side + 2 * padding};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Theme theme = Theme::screen(option.palette, option.font);
        const ImageAnswers& image = model_.image(index.row());
        const QRect card = option.rect.adjusted(1, 1, -2, -2);
        painter->save();
        const bool is_chosen = option.state.testFlag(QStyle::State_Selected) || option.state.testFlag(QStyle::State_HasFocus);
        painter->setPen(QPen(is_chosen ? theme.accent : faded(theme.text, theme, 0.2), is_chosen ? 2 : 1));
        painter->setBrush(theme.background);
        painter->drawRect(card);
        const int side = picture_side(option.fontMetrics);
        const QRect room(card.left() + padding, card.top() + padding - 1, side, side);
        if (const QImage picture = model_.picture(index.row()); !picture.isNull()) {
            QRect place(QPoint(), picture.size().scaled(room.size(), Qt::KeepAspectRatio));
            place.moveCenter(room.center());
            painter->setRenderHint(QPainter::SmoothPixmapTransform, picture.width() >= pixelated_below);
            painter->drawImage(place, picture);
        }
        const int left = room.right() + 2 * padding, line = option.fontMetrics.height();
        QRect text(left, room.top() + (side - 3 * line) / 2, card.right() - left - padding, line);
        const auto write = [&](const QString& words, const QColor& colour) {
            painter->setPen(colour);
            painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter, option.fontMetrics.elidedText(words, Qt::ElideRight, text.width()));
            text.translate(0, line);
        };
        const std::vector<std::string>& names = model_.class_names();
        write(class_title(image.label, names), theme.text);
        write(answer_text(image.before, image.is_finite_before, names), theme.muted);
        const bool is_right = image.is_right_after(NonfiniteRule::wrong);
        write(QObject::tr("→ %1").arg(answer_text(image.after, image.is_finite_after, names)), is_right ? theme.muted : theme.error);
        painter->restore();
    }

private:
    const AnswerModel& model_;
};

}  // namespace

AnswerGrid::AnswerGrid(QWidget* parent) : QListView(parent), model_(new AnswerModel(this)) {
    setModel(model_);
    setItemDelegate(new AnswerDelegate(*model_, this));
    setViewMode(QListView::IconMode);
    setMovement(QListView::Static);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true);
    setLayoutMode(QListView::Batched);
    setBatchSize(200);
    setSpacing(2);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Images of the trial"));
    new EmptyText(tr("No image of the trial is of this kind."), *this);
    auto* copy_action = new QAction(tr("&Copy"), this);
    copy_action->setToolTip(tr("The selected images in words, or all"));
    copy_action->setShortcut(QKeySequence::Copy);
    copy_action->setShortcutContext(Qt::WidgetShortcut);
    connect(copy_action, &QAction::triggered, this, &AnswerGrid::copy);
    addAction(copy_action);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    asking_.setSingleShot(true);
    asking_.setInterval(20);
    connect(&asking_, &QTimer::timeout, this, &AnswerGrid::ask_for_pictures);
}

// The pictures of cards that were painted without one are asked for together.
void AnswerGrid::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (model_->wants_pictures() && !asking_.isActive()) asking_.start();
}

void AnswerGrid::ask_for_pictures() {
    const std::vector<qint64> wanted = model_->take_wanted();
    if (!wanted.empty()) Q_EMIT pictures_wanted(wanted);
}

void AnswerGrid::set_images(const std::vector<ImageAnswers>& images, const std::vector<std::string>& class_names) {
    model_->set_images(images, class_names);
    scrollToTop();
}

void AnswerGrid::forget_pictures() {
    model_->forget_pictures();
}

void AnswerGrid::set_pictures(const std::vector<std::pair<std::int64_t, QImage>>& pictures) {
    for (const auto& [place, picture] : pictures) model_->set_picture(place, picture);
    viewport()->update();
}

int AnswerGrid::image_count() const {
    return model_->rowCount();
}

QString AnswerGrid::text_of(int row) const {
    return model_->data(model_->index(row), Qt::DisplayRole).toString();
}

bool AnswerGrid::has_picture(int row) const {
    return model_->has_picture(row);
}

void AnswerGrid::copy() const {
    QStringList lines;
    QModelIndexList rows = selectionModel()->selectedIndexes();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    for (const QModelIndex& row : rows) lines << text_of(row.row());
    if (rows.isEmpty())
        for (int row = 0; row < image_count(); ++row) lines << text_of(row);
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void AnswerGrid::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange) scheduleDelayedItemsLayout();
}

}  // namespace clipscope
