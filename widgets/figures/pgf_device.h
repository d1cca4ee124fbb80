// A paint device that writes PGF, the drawing commands of TeX (manual of PGF/TikZ, part IX): lines and areas as paths, texts as texts of
// the document, in its own font. Any picture that a QPainter paints can be \input into a paper. One unit of the device is a big point (bp).
#pragma once

#include <QByteArray>
#include <QImage>
#include <QRectF>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "figures/page_device.h"

namespace clipscope {

// What TeX shows as this text: special characters are escaped, superscripts and signs of mathematics become formulas.
QString tex_text(const QString& text);

class PgfDevice : public PageDevice {
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

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace clipscope
