// Measures how responsive a thread's event loop is: the longest time in which it did not come round.
// A timer asks to be called every few milliseconds; how much later than asked it is called is what a user's click would have waited.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <vector>

namespace clipscope {

class LatencyProbe : public QObject {
    Q_OBJECT

public:
    explicit LatencyProbe(QObject* parent = nullptr, int interval_ms = 5);

    void start();  // forgets earlier measurements
    void stop();

    double longest_gap_ms() const { return longest_gap_ms_; }  // between two turns, the probe's own interval included
    double quantile_ms(double q) const;                        // of all gaps, q in 0...1; to within 1 ms
    qint64 turns() const { return turns_; }

    // One line of JSON: turns, seconds, longest gap and when it ended, median and 99 % quantile in ms.
    QByteArray report() const;
    // False where the file cannot be written.
    bool write_report(const QString& path) const;

private:
    void turn();

    QTimer timer_;
    QElapsedTimer since_turn_;
    QElapsedTimer since_start_;
    double longest_gap_ms_ = 0;
    double longest_gap_end_s_ = 0;  // since start()
    qint64 turns_ = 0;
    std::vector<qint64> histogram_;  // gaps by whole milliseconds; the last bin holds all longer ones
};

}  // namespace clipscope
