// What folders of pictures take in memory: every allocation of the program is counted here, and refused beyond a limit.
#include <malloc.h>

#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

#include "data/dataset_reader.h"
#include "data/image_folder_reader.h"
#include "data_files.h"
#include "picture_files.h"

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

std::atomic<std::size_t> alive{0}, most_alive{0}, limit{no_limit};

void* counted(std::size_t size) noexcept {
    if (alive + size > limit) return nullptr;
    void* const memory = std::malloc(size);
    const std::size_t now = alive += malloc_usable_size(memory);
    for (std::size_t most = most_alive; most < now && !most_alive.compare_exchange_weak(most, now);) {
    }
    return memory;
}

// Not inlined: GCC 14 takes the free() of a replaced delete for a mistake.
[[gnu::noinline]] void release(void* memory) noexcept {
    alive -= malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* const memory = counted(size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete[](void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    release(memory);
}

using namespace clipscope;
using namespace data_files;
namespace fs = std::filesystem;

namespace {

// While it lives, no more than so many bytes can be allocated beside those that are.
class Limit {
public:
    explicit Limit(std::size_t bytes) { limit = alive + bytes; }
    ~Limit() { limit = no_limit; }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
};

}  // namespace

class TestPictureMemory : public QObject {
    Q_OBJECT

    QTemporaryDir directory_;
    fs::path folder_;

    static constexpr std::size_t pictures = 400, bytes_a_picture = std::size_t(3) * 120 * 90;  // 13 MB together

private slots:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        for (int i = 0; i < int(pictures); ++i)
            picture_files::write(folder_ / "pictures" / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i) + ".jpg"),
                                 picture_files::picture(120, 90, i));
        picture_files::write(folder_ / "large" / "cat" / "large.png", picture_files::picture(1500, 1000, 1));
        data_files::write(folder_ / "idx" / "t10k-images-idx3-ubyte", idx_images(1000, 28, 28));
        data_files::write(folder_ / "idx" / "t10k-labels-idx1-ubyte", idx_labels(Bytes(1000, 3)));
        data_files::write(folder_ / "cifar" / "test_batch.bin", cifar_records(Bytes(300, 3)));
        read_image_folder(folder_ / "pictures", Split::test, {}, 0);  // what is made once, is made now
    }

    void many_pictures_take_no_more_than_may_be_kept() {
        constexpr std::size_t may_be_kept = 1'000'000, a_few_pictures = 300'000;
        const std::size_t before = alive;
        most_alive = before;
        const Dataset dataset = read_image_folder(folder_ / "pictures", Split::test, {}, may_be_kept);
        QCOMPARE(dataset.size(), pictures);
        QVERIFY2(most_alive - before < a_few_pictures, qPrintable(QString::number(most_alive - before)));
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t i = 0; i < pictures; ++i) QCOMPARE(dataset.image(i).size(), bytes_a_picture);
        QVERIFY2(most_alive - before < may_be_kept + a_few_pictures, qPrintable(QString::number(most_alive - before)));
    }

    void few_pictures_are_there_once() {
        const std::size_t before = alive;
        most_alive = before;
        const Dataset dataset = read_image_folder(folder_ / "pictures", Split::test, {});
        QVERIFY2(most_alive - before < pictures * bytes_a_picture + 500'000, qPrintable(QString::number(most_alive - before)));
        QCOMPARE(dataset.size(), pictures);
    }

    void too_little_at_opening_is_one_sentence_data() {
        QTest::addColumn<QString>("folder");
        for (const char* const name : {"pictures", "large", "idx", "cifar"}) QTest::newRow(name) << name;
    }
    void too_little_at_opening_is_one_sentence() {
        QFETCH(QString, folder);
        const std::string path = (folder_ / folder.toStdString()).string();
        QString error;
        {
            const Limit limit(600'000);
            try {
                open_dataset(path, Split::test);
            } catch (const Error& found) {
                error = QString::fromUtf8(found.what());
            }
        }
        QVERIFY(says(error, {"not enough memory", QString::fromStdString(path), "ulimit -v"}));
        QVERIFY(open_dataset(path, Split::test).size() > 0);
    }

    // Those who evaluate give memory back and try again.
    void too_little_later_is_no_damage() {
        const Dataset dataset = read_image_folder(folder_ / "large", Split::test, {}, 0);
        {
            const Limit limit(1'000'000);
            QVERIFY_EXCEPTION_THROWN(dataset.image(0), std::bad_alloc);
        }
        QCOMPARE(dataset.image(0).size(), std::size_t(3) * 1500 * 1000);
    }
};

QTEST_APPLESS_MAIN(TestPictureMemory)
#include "test_picture_memory.moc"
