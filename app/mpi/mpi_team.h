// The team of processes that mpirun started, over MPI (core/evaluation/item_team.h). The thread that runs the job makes all calls of MPI.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evaluation/item_team.h"

namespace clipscope::cli {

class MpiTeam : public ItemTeam {
public:
    // After MPI_Init_thread() with MPI_THREAD_FUNNELED or more.
    MpiTeam();

    int rank() const { return rank_; }
    int size() const { return size_; }
    // Of this process: the cores that it may use, where others may use the same ones as well its share of them; at least 1. All call it.
    int own_cores() const;

    bool is_first() const override { return rank_ == 0; }
    void run(const ItemWork& work, int threads, std::stop_token stop) override;
    void sum(std::span<std::int64_t> numbers) override;
    void check_same(const std::string& text) override;
    bool decide(bool of_first) override;

    // The first's bytes, in all.
    std::string broadcast(std::string bytes);

private:
    using Results = std::vector<std::string>;  // by item; empty where they are not needed here

    void lead(const ItemWork& work, int threads, const std::stop_token& stop, Results& results);
    void follow(const ItemWork& work, int threads, Results& results);
    void share(const ItemWork& work, Results& results);

    int rank_ = 0;
    int size_ = 1;
    int phase_ = 0;            // of run(): messages of the next one wait
    bool is_stopped_ = false;  // the first was told to stop, and nobody answers any more
};

}  // namespace clipscope::cli
