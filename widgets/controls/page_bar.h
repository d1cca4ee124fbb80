// The bar of a window's pages: one button each, one of them down. Up and Down, Home and End go through them while the bar has the focus.
// A page that something new came to has a dot. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QVBoxLayout;

namespace clipscope {

class PageButton;

class PageBar : public QWidget {
    Q_OBJECT

public:
    explicit PageBar(QWidget* parent = nullptr);

    // Below those before it. `question`: what the page answers; `keys`: its shortcut as text.
    void add_page(const QString& title, const QString& question, const QString& keys);
    int count() const { return int(buttons_.size()); }
    void set_current(int page);
    int current() const;
    void set_marked(int page, bool is_marked);
    bool is_marked(int page) const;

Q_SIGNALS:
    void page_chosen(int page);  // by the user

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void choose(int page);

    std::vector<PageButton*> buttons_;
    QVBoxLayout* layout_;
};

}  // namespace clipscope
