// A picture and the table of its numbers, side by side where there is room, else one above the other, else one of them and a button for the
// other. Above them stands a sentence, below them what belongs to both. GUI thread.
#pragma once

#include <QString>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QSplitter;
class QToolButton;
class QVBoxLayout;

namespace clipscope {

class PictureAndTable : public QWidget {
    Q_OBJECT
public:
    // Of many columns a table would rather stand below the picture than beside it.
    enum class Columns { few, many };

    // Takes both. Until set_has_results(true) the picture stands alone: it says what will fill it.
    PictureAndTable(QWidget* picture, QWidget* table, Columns columns, QWidget* parent = nullptr);

    void set_sentence(const QString& text);  // empty: none
    QString sentence() const;
    void set_has_results(bool has_results);
    bool is_table_shown() const;

    // Rows of controls below; it takes the widgets.
    void add_below(QWidget* row);
    void add_above(QWidget* row);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();
    void show_sentence();

    QWidget* picture_;
    QWidget* table_;
    QVBoxLayout* layout_;
    QWidget* head_;
    QLabel* sentence_;
    QString text_;  // of the sentence, where there is room for all of it
    QToolButton* other_;
    QSplitter* splitter_;
    const Columns columns_;
    bool has_results_ = false;
};

}  // namespace clipscope
