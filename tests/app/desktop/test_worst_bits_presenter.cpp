// The search for the worst bits in the window, with the real engine on the bundled LeNet-5: its table has what core finds.
#include <QFileInfo>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "campaign/worst_bits.h"
#include "common/number_text.h"
#include "controls/worst_bits_pane.h"
#include "network/bundled_networks.h"
#include "plots/worst_bits_plot.h"
#include "tables/worst_bits_table.h"
#include "theme/number_text.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int patience = 120'000;

}  // namespace

class TestWorstBitsPresenter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
        remember_in(folder_);
    }

    void the_table_is_what_core_finds() {
        Desk desk(core_engine());
        desk.window.open_model("bundled:lenet5");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), patience);
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::worst_bits;
        form.worst = {4, true, "CONV-1", 100000};
        form.images = "40";
        form.threads = 2;
        desk.part<HardenPanel>().set_form(form);
        QVERIFY2(desk.part<HardenPanel>().is_valid(), qPrintable(desk.part<HardenPanel>().message()));
        emit desk.part<HardenPanel>().run_requested();
        auto& pane = desk.part<WorstBitsPane>();
        QTRY_VERIFY_WITH_TIMEOUT(pane.has_result(), patience);

        const JobInputs inputs = desk.window.laboratory().inputs(ImageSelection::parse("40"), form.seed);
        const FaultScope scope = parse_fault_scopes("CONV-1", inputs.network->memory_parts()).front();
        const auto found = find_worst_bits(inputs, scope, {.count = 4, .together = true, .threads = 2},
                                           [](std::int64_t, std::int64_t, const std::string&) {}, {});
        QVERIFY(found && found->together.size() == 4);
        const QAbstractItemModel& rows = *pane.table().view().model();
        QCOMPARE(rows.rowCount(), 4);
        for (int i = 0; i < 4; ++i) {
            const WorstBit& bit = found->together[std::size_t(i)];
            QCOMPARE(rows.index(i, 1).data().toString(), QString::fromStdString(bit.value.layer));
            QCOMPARE(rows.index(i, 3).data().toInt(), bit.value.bit);
            QCOMPARE(rows.index(i, 4).data().toString(), QString::fromStdString(number_text(bit.value.before)));
            QCOMPARE(rows.index(i, 5).data().toString(), QString::fromStdString(number_text(bit.value.after)));
            QCOMPARE(rows.index(i, 6).data().toString(), QString::number(100 * accuracy(bit.outcome, NonfiniteRule::wrong), 'f', 2));
            QCOMPARE(pane.result().found.alone[std::size_t(i)].value.element, found->alone[std::size_t(i)].value.element);
        }
        QVERIFY(pane.result().random.empty());

        // A curve over numbers of faults of the same scope comes beside it as soon as the study has it.
        SensitivityForm sensitivity = desk.panel().form();
        sensitivity.job = SensitivityJob::fault_counts;
        sensitivity.layers = "CONV-1,network";
        sensitivity.fault_counts = "1, 2";
        sensitivity.trials = 3;
        sensitivity.images = "40";
        desk.panel().set_form(sensitivity);
        emit desk.panel().run_requested();
        QTRY_COMPARE_WITH_TIMEOUT(pane.result().random.size(), std::size_t(2), patience);
        QCOMPARE(pane.result().random[1].rate, 2.0);
        QCOMPARE(desk.errors, QStringList());
    }

private:
    const QTemporaryDir folder_;
};

QTEST_MAIN(TestWorstBitsPresenter)
#include "test_worst_bits_presenter.moc"
