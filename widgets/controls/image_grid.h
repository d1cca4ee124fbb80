// A few images with what they are and what a network takes them for. GUI thread.
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>
#include <vector>

namespace clipscope {

struct GridImage {
    QImage image;
    QString label;   // what it is
    QString answer;  // what the network takes it for, "ship 98 %"; empty: not known
    bool is_right = false;
};

class ImageGrid : public QWidget {
    Q_OBJECT
public:
    explicit ImageGrid(QWidget* parent = nullptr);

    void set_images(std::vector<GridImage> images);
    const std::vector<GridImage>& images() const { return images_; }
    // In the middle, in place of the images; empty: the images again. What is there stays, faded, while `keep_images`.
    void set_message(const QString& text, bool keep_images = false);
    const QString& message() const { return message_; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QSize tile_size() const;
    QRect tile(int index) const;
    void draw_tile(QPainter& painter, const GridImage& image, const QRect& place) const;
    void describe();

    std::vector<GridImage> images_;
    QString message_;
    bool keeps_images_ = false;
};

}  // namespace clipscope
