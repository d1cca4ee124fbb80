// Many images as cards in rows: the picture, what it is, the answer without faults and the one with them. Pictures are asked for when their
// cards come into sight: pictures_wanted(). GUI thread.
#pragma once

#include <QImage>
#include <QListView>
#include <QTimer>
#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/image_answers.h"

namespace clipscope {

class AnswerModel;

class AnswerGrid : public QListView {
    Q_OBJECT
public:
    explicit AnswerGrid(QWidget* parent = nullptr);

    // Pictures that came before stay for as long as the images are of the same trial: forget_pictures().
    void set_images(const std::vector<ImageAnswers>& images, const std::vector<std::string>& class_names);
    void forget_pictures();
    void set_pictures(const std::vector<std::pair<std::int64_t, QImage>>& pictures);  // by the image's place in the trial
    int image_count() const;
    QString text_of(int row) const;  // what a screen reader says, and the clipboard gets
    bool has_picture(int row) const;

    QSize sizeHint() const override { return {460, 320}; }

Q_SIGNALS:
    void pictures_wanted(const std::vector<qint64>& places);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void ask_for_pictures();
    void copy() const;

    AnswerModel* model_;
    QTimer asking_;
};

// "sneaker, 98 %"; "not finite" where a logit is none.
QString answer_text(const Answer& answer, bool is_finite, const std::vector<std::string>& class_names);

}  // namespace clipscope
