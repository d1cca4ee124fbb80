// Slices: every piece is in exactly one of a count, and what is missing is exactly what is not covered, piece by piece.
#include <QtTest>
#include <random>
#include <set>

#include "campaign/curve_campaign.h"
#include "common/error.h"
#include "evaluation/work_share.h"

using namespace clipscope;

class TestWorkShare : public QObject {
    Q_OBJECT

private slots:
    void every_piece_is_in_one_slice() {
        for (const int count : {1, 2, 3, 8, 64})
            for (std::size_t piece = 0; piece < 200; ++piece) {
                int holders = 0;
                for (int number = 1; number <= count; ++number) holders += WorkSlice{number, count}.holds(piece);
                QCOMPARE(holders, 1);
            }
        QVERIFY(WorkShare().holds(17));
        QVERIFY(!WorkShare().is_part());
        const WorkShare both{.slices = {{1, 4}, {3, 4}}};
        QVERIFY(both.holds(0) && !both.holds(1) && both.holds(2) && !both.holds(3));
    }

    void texts() {
        QCOMPARE(WorkSlice::parse("3/16").to_string(), std::string("3/16"));
        QVERIFY((WorkSlice::parse("1/1") == WorkSlice{1, 1}));
        for (const char* wrong : {"", "3", "0/4", "5/4", "1/0", "a/4", "1/2/3", "1.5/4", "-1/4", "1/200000", "1 /2x"})
            QVERIFY_THROWS_EXCEPTION(UsageError, WorkSlice::parse(wrong));
    }

    void what_is_missing_is_what_no_slice_covers() {
        std::mt19937 random(7);
        for (int round = 0; round < 300; ++round) {
            // Counts that divide one another, as where a part was cut up once more.
            std::vector<WorkSlice> slices;
            for (int i = 0; i < 1 + int(random() % 9); ++i) {
                const int count = 1 << random() % 4;
                slices.push_back({1 + int(random() % unsigned(count)), count});
            }
            WorkShare with_missing{.slices = slices};
            for (const WorkSlice& missing : missing_slices(slices)) {
                with_missing.slices.push_back(missing);
                bool has_new_piece = false;
                for (std::size_t piece = 0; piece < 16; ++piece)
                    has_new_piece |= missing.holds(piece) && !WorkShare{.slices = slices}.holds(piece);
                QVERIFY(has_new_piece);
            }
            for (std::size_t piece = 0; piece < 16; ++piece) QVERIFY(with_missing.holds(piece));
        }
        QVERIFY(missing_slices({}).empty());
    }

    void trials_of_all_curves_are_pieces_once() {
        for (const std::size_t curves : {1, 2, 6}) {
            std::set<std::size_t> pieces;
            for (std::size_t trial = 0; trial < 20; ++trial)
                for (std::size_t curve = 0; curve < curves; ++curve) pieces.insert(piece_of_trial(curve, curves, trial));
            QCOMPARE(pieces.size(), 20 * curves);
            QCOMPARE(*pieces.rbegin(), 20 * curves - 1);
        }
        // As many slices as curves: each gets trials of every curve.
        std::set<std::size_t> curves_of_first;
        for (std::size_t trial = 0; trial < 6; ++trial)
            for (std::size_t curve = 0; curve < 6; ++curve)
                if (WorkSlice{1, 6}.holds(piece_of_trial(curve, 6, trial))) curves_of_first.insert(curve);
        QCOMPARE(curves_of_first.size(), std::size_t(6));
    }
};

QTEST_APPLESS_MAIN(TestWorkShare)
#include "test_work_share.moc"
