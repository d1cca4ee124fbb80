// A paint device that writes PGF, the drawing commands of TeX (manual of PGF/TikZ, part IX): lines and areas as paths, texts as texts of
// the document, in its own font. Any picture that a QPainter paints can be \input into a paper. One unit of the device is a big point (bp).
#pragma once

#include <QByteArray>
#include <QImage>
#include <QPaintDevice>
#include <QRectF>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

namespace clipscope {

// What TeX shows as this text: special characters are escaped, superscripts and signs of mathematics become formulas.
QString tex_text(const QString& text);

class PgfDevice : public QPaintDevice {
public:
    // Where a text stays when the document's font makes it wider or narrower than it was measured.
    enum class Anchor { left, centre, right };
    using AnchorOf = std::function<Anchor(const QRectF& box, bool is_turned)>;

    // `images`: how the files of pixel images are called, "figure-image" for "figure-image1.png".
    PgfDevice(const QSizeF& size, const QString& images, const AnchorOf& anchor_of = {});
    ~PgfDevice() override;

    QPaintEngine* paintEngine() const override;

    // After painting.
    QByteArray pgf() const;
    struct NamedImage {
        QString name;  // "figure-image1.png"
        QImage image;
    };
    const std::vector<NamedImage>& images() const;

protected:
    // Qt's own is inline: the program would offer a copy of it to its libraries.
    int devType() const override { return QInternal::UnknownDevice; }
    int metric(PaintDeviceMetric metric) const override;

private:
    class Engine;
    QSizeF size_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace clipscope
