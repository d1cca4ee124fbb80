// Files written whole or not at all.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "common/error.h"
#include "common/text_file.h"

using namespace clipscope;

namespace {

// Lets no file of this process grow beyond a size, as a full disk would.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

QString error_of(const std::string& path, const std::string& text) {
    try {
        write_text_file(path, text);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestTextFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::string path(const char* name) const { return folder_.filePath(name).toStdString(); }
    QStringList files() const { return QDir(folder_.path()).entryList(QDir::Files | QDir::System | QDir::Hidden, QDir::Name); }

private slots:
    void cleanup() {
        for (const QString& name : files()) QFile::remove(folder_.filePath(name));
    }

    void text_comes_back() {
        const std::string text = std::string("a\r\n\0ä", 7) + std::string(200000, 'x');
        write_text_file(path("file"), text);
        QVERIFY(read_text_file(path("file")) == text);
        write_text_file(path("file"), "");
        QVERIFY(read_text_file(path("file")).empty());
        QCOMPARE(files(), QStringList{"file"});
    }

    void permissions_are_kept() {
        write_text_file(path("file"), "one");
        QCOMPARE(::chmod(path("file").c_str(), 0640), 0);
        write_text_file(path("file"), "two");
        struct stat status {};
        QCOMPARE(::stat(path("file").c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0640));
    }

    void a_link_stays_a_link() {
        write_text_file(path("file"), "one");
        QCOMPARE(::symlink("file", path("link").c_str()), 0);
        write_text_file(path("link"), "two");
        QVERIFY(QFileInfo(folder_.filePath("link")).isSymLink());
        QVERIFY(read_text_file(path("file")) == "two");
    }

    void a_full_disk_is_noticed_and_keeps_the_old_file() {
        write_text_file(path("file"), "old");
        {
            const SmallDisk disk(1000);
            const QString message = error_of(path("file"), std::string(5000, 'x'));
            QVERIFY2(message.contains("file") && message.contains("File too large"), qPrintable(message));
        }
        QVERIFY(read_text_file(path("file")) == "old");
        QCOMPARE(files(), QStringList{"file"});
    }

    void a_full_device_is_noticed() {
        if (!QFile::exists("/dev/full")) QSKIP("there is no /dev/full here");
        QVERIFY(error_of("/dev/full", "text").contains("No space left"));
    }

    void impossible_places_are_named() {
        QVERIFY(error_of(path("no/such/folder"), "text").contains("no/such/folder"));
        QVERIFY(error_of(folder_.path().toStdString(), "text").contains("directory"));
        QVERIFY(!error_of("", "text").isEmpty());
        write_text_file(path("file"), "old");
        QVERIFY(!error_of(path("file") + "/below", "text").isEmpty());
    }

    void unreadable_files_are_named() {
        QVERIFY_EXCEPTION_THROWN(read_text_file(path("missing")), Error);
        QVERIFY_EXCEPTION_THROWN(read_text_file(folder_.path().toStdString()), Error);
    }
};

QTEST_GUILESS_MAIN(TestTextFile)
#include "test_text_file.moc"
