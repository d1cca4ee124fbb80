// A few images with what they are and what a network takes them for. GUI thread.
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>
#include <cstdint>
#include <string>
#include <vector>

namespace clipscope {

struct GridImage {
    QImage image;
    QString label;   // what it is
    QString answer;  // what the network takes it for, "ship 98 %"; empty: not known
    bool is_right = false;
};

// "ankle boot", or "class 9" where classes have no names.
QString class_title(std::int32_t label, const std::vector<std::string>& names);

class ImageGrid : public QWidget {
    Q_OBJECT
public:
    explicit ImageGrid(QWidget* parent = nullptr);

    void set_images(std::vector<GridImage> images);
    const std::vector<GridImage>& images() const { return images_; }
    // In the middle, in place of the images; empty: the images again. What is there stays, faded, while `keep_images`.
    void set_message(const QString& text, bool keep_images = false);
    const QString& message() const { return message_; }

    // From now on one of the images is chosen: by a click, or the arrow keys.
    void make_choosable();
    int chosen() const { return chosen_; }  // -1: none
    QRect tile(int index) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void image_chosen(int index);  // by the user

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QSize tile_size() const;
    void choose(int index);
    void draw_tile(QPainter& painter, const GridImage& image, const QRect& place) const;
    void describe();

    std::vector<GridImage> images_;
    QString message_;
    bool keeps_images_ = false;
    int chosen_ = -1;
};

}  // namespace clipscope
